"""The end of a lesson."""

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.faults.models import Fault
from sosuckhoe.simulator.faults.standing import end
from sosuckhoe.simulator.portal.models import Account, Certificate
from sosuckhoe.simulator.signing_service.models import Behaviour, Credential


def calm_down() -> None:
    """Nothing is bent any more. What happened stays: records, books, history, and the hour the clock was put to.

    The portal's rules stay too, for a set-up may have chosen them, but for those that a scenario had bent.
    """
    end(Fault.objects.all())
    Account.objects.update(locked=False, bad_logins=0)
    Certificate.objects.update(revoked=False)
    Credential.objects.update(behaviour=Behaviour.SIGN, polls=0)
    clock.change(factor=1.0)
