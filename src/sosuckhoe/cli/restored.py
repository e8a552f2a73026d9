"""``sosuckhoe restored``: after the database was restored from a copy: say so, reconcile with the journal outside, release."""

import argparse
import json
import sys

from .starting import UNUSABLE, operator, start

HELD = 1
LISTED = 20


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser(
        "restored", help="sau khi khôi phục cơ sở dữ liệu: giữ việc gửi, đối chiếu, cho gửi lại"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(run=run_show)
    deeds = command.add_subparsers(dest="deed", metavar="VIỆC")
    declaring = deeds.add_parser("declare", help="báo rằng cơ sở dữ liệu vừa được khôi phục")
    declaring.add_argument("--reason", required=True, metavar="LÝ_DO", help="từ bản sao nào, vì sao")
    declaring.set_defaults(run=run_declare)
    reconciling = deeds.add_parser("reconcile", help="đối chiếu với sổ ngoài cơ sở dữ liệu")
    journal = reconciling.add_mutually_exclusive_group()
    journal.add_argument("--journal-lost", action="store_true", help="sổ ngoài cũng mất hoặc cũng là bản cũ")
    journal.add_argument(
        "--journal-whole", action="store_true", help="xác nhận sổ ngoài đủ đến lúc việc gửi dừng"
    )
    reconciling.set_defaults(run=run_reconcile)
    matching = deeds.add_parser("match", help="khớp các đợt vừa nhập lại với sổ ngoài")
    matching.set_defaults(run=run_match)
    releasing = deeds.add_parser("release", help="cho gửi lại")
    releasing.add_argument("--by", required=True, metavar="HỌ_TÊN", help="người cho gửi lại")
    releasing.add_argument("--reason", required=True, metavar="LÝ_DO")
    releasing.set_defaults(run=run_release)


def run_show(options: argparse.Namespace) -> int:
    """What holds sending back, and what is left for people."""
    start()
    from sosuckhoe.hospital.delivery.restoring.telling import as_json, latest, lines_of

    restore = latest()
    if options.format == "json":
        print(json.dumps(as_json(restore), ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines_of(restore, most=LISTED)))
    return HELD if restore is not None and restore.released_at is None else 0


def run_declare(options: argparse.Namespace) -> int:
    start()
    from sosuckhoe.hospital.delivery.restoring.noticing import NeedsReason, declare

    try:
        restore = declare(by=operator(), reason=options.reason)
    except NeedsReason as refusal:
        print(refusal, file=sys.stderr)
        return UNUSABLE
    print(
        f"Đã giữ mọi việc ký và gửi (lần khôi phục số {restore.pk}). Tiếp theo: sosuckhoe restored reconcile"
    )
    return 0


def run_reconcile(options: argparse.Namespace) -> int:
    start()
    from sosuckhoe.hospital.delivery.restoring.hold import current
    from sosuckhoe.hospital.delivery.restoring.matching import NotReconcilable, reconcile_restore
    from sosuckhoe.hospital.delivery.restoring.noticing import journal_goes_on

    restore = current()
    if restore is None:
        print(NOTHING_HELD, file=sys.stderr)
        return UNUSABLE
    chosen = options.journal_whole or options.journal_lost
    if not chosen and not restore.journal_whole and not journal_goes_on(restore):
        print(WHICH_JOURNAL, file=sys.stderr)
        return UNUSABLE
    try:
        reconcile_restore(by=operator(), restore=restore, journal_whole=not options.journal_lost)
    except NotReconcilable as refusal:
        print(refusal, file=sys.stderr)
        return UNUSABLE
    return run_show(options) and 0


def run_match(options: argparse.Namespace) -> int:
    start()
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.restoring.matching import match_lost

    count = match_lost(by=operator(), at=timezone.now())
    print(f"Đã khớp {count} lượt với sổ ngoài.")
    return 0


def run_release(options: argparse.Namespace) -> int:
    start()
    from sosuckhoe.hospital.delivery.restoring import releasing
    from sosuckhoe.hospital.delivery.restoring.hold import current

    restore = current()
    if restore is None:
        print(NOTHING_HELD, file=sys.stderr)
        return UNUSABLE
    try:
        releasing.release_restore(by=options.by.strip(), restore=restore, reason=options.reason)
    except (releasing.NotReconciled, releasing.NeedsReason, releasing.AlreadyReleased) as refusal:
        print(refusal, file=sys.stderr)
        return UNUSABLE
    print("Đã cho gửi lại.")
    return 0


WHICH_JOURNAL = (
    "Chưa đối chiếu. Sổ ngoài đi cùng bản sao hoặc không biết gì hơn nó, nên có thể cũng là bản cũ; coi là đủ thì hồ sơ đã "
    "gửi sau lúc sao sẽ gửi lần nữa.\n"
    "Có sổ mới hơn: khôi phục lại cùng sổ đó (sosuckhoe restore … --journal TỆP). Không có, hoặc không chắc: thêm "
    "--journal-lost.\n"
    "Việc gửi đã dừng trước lúc sao nên sổ đủ: thêm --journal-whole."
)
NOTHING_HELD = "Không có lần khôi phục nào đang giữ việc gửi."
