"""People, what they may do, and the facilities they work for."""

from datetime import date
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q


class Role(models.TextChoices):
    """What somebody is here for. What each role may do stands in ``policies``."""

    RECEPTION = "reception", "Tiếp đón"
    CLINICIAN = "clinician", "Bác sĩ, điều dưỡng"
    RECORDS = "records", "Hồ sơ bệnh án"
    IT = "it", "Công nghệ thông tin"
    PLANNING = "planning", "Kế hoạch tổng hợp"
    AUDITOR = "auditor", "Kiểm tra nhật ký"
    TRAINER = "trainer", "Đào tạo, truyền thông"
    ADMINISTRATOR = "administrator", "Quản trị"


class Facility(models.Model):
    """A hospital or clinic (cơ sở khám bệnh, chữa bệnh). Its code may change; a visit keeps the one of its time."""

    name = models.CharField(max_length=255)
    address = models.CharField(max_length=500, blank=True)
    province_code = models.CharField(max_length=3, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @cached_property
    def current(self) -> "FacilityCode | None":
        return self.codes.filter(until__isnull=True).first()

    @property
    def code(self) -> str:
        """The five-character code in force (mã cơ sở KBCB)."""
        return self.current.code if self.current else ""

    @property
    def hub_code(self) -> str:
        """The thirteen-character code in force (Cổng dữ liệu y tế)."""
        return self.current.hub_code if self.current else ""


class FacilityCode(models.Model):
    """A code of a facility with the days it was valid."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=5, db_index=True)
    hub_code = models.CharField(max_length=13, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(until__isnull=True), name="one_facility_a_code"
            ),
            models.UniqueConstraint(
                fields=["facility"], condition=Q(until__isnull=True), name="one_code_a_facility_now"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def valid_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Unit(models.Model):
    """A department (khoa, phòng) with its code of the official list."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="units")
    department_code = models.CharField(max_length=50)
    name = models.CharField(max_length=255)

    class Meta:
        ordering = ["department_code"]
        constraints = [
            models.UniqueConstraint(fields=["facility", "department_code"], name="one_unit_a_department_code")
        ]

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    """Finds people by the name they sign in with."""


class Person(AbstractBaseUser):
    """Somebody who signs in. There is no person until an administrator adds one."""

    username = models.CharField(max_length=150, unique=True)
    full_name = models.CharField(max_length=255)
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    portal_id = models.CharField(max_length=12, blank=True)
    """The personal number under which the portal knows this person as one who looks up cards; empty: not registered."""
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    added_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]
    objects = People()

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.full_name

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(self.roles_held.values_list("role", flat=True))

    def has_role(self, *roles: str) -> bool:
        return self.is_active and not self.roles.isdisjoint(roles)

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        """The given name, which is how Vietnamese people are addressed."""
        return self.full_name.rsplit(" ", 1)[-1]


class RoleHeld(models.Model):
    """A role of a person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles_held")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "role"], name="a_role_is_held_once")]

    def __str__(self) -> str:
        return str(self.get_role_display())
