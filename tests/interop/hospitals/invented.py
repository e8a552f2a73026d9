"""Decisions nobody took, laid beside ours as folders; and the files a hospital would write under them, by hand."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from sosuckhoe.healthbook.standard.decision import VARIABLE
from sosuckhoe.healthbook.standard.editions import read_anew

from . import chart as charts
from .chart import Chart
from .paper import WRAPPERS, Row, fields
from .visits import VISITS

FIELDS = "change,field,after,english,kind,max_length,need,condition,label_vi,label_en,codes,place,confidence,note\n"
TABLES = "table,english,wrapper,title_vi,title_en,cardinality,when_required,confidence"
OWN = 'decision = "QĐ 1"\nin_force = 2027-03-16\nstatus = "in force"\n'
CODES = "code,name_vi,name_en,since,until,source,confidence\n"

FIRST, DAY, EVE = date(2027, 3, 16), date(2027, 3, 16), date(2027, 3, 15)
"""The invented standard begins in the middle of a month."""

RENAMED = {
    "XML1": {"NGAY_RA": "NGAY_KET_THUC", "T_THUOC": "TIEN_THUOC_CT", "MA_LK": "MA_DOT"},
    "XML2": {"SO_LUONG": "SL_THUOC"},
    "XML3": {"MA_BAC_SI": "MA_NGUOI_CHI_DINH"},
}
"""``T_THUOC`` is renamed twice on one day, by two decisions; ``MA_LK`` in table 1 only."""
HOME_CARE = ("MA_LK", "STT", "NGAY_CS", "MA_KENH", "T_CHAM_SOC")


def lay(root: Path, id: str, facts: str, **files: str) -> Path:
    """One decision as a folder; a file's name has ``__`` for the slash and no ending."""
    folder = root / id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "edition.toml").write_text(
        f'title = "Bịa để thử"\nconfidence = "invented"\n{facts}', encoding="utf-8"
    )
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def lay_all(root: Path) -> None:
    """Everything a decision may do, in two decisions of one day (the second has the smaller number), one announced, one
    announced and moved by a third, one announced and withdrawn."""
    lay(
        root,
        "2027-9999",
        'decision = "QĐ 9999/QĐ-MẪU"\nextends = "2026-1931"\nin_force = 2027-03-16\nstatus = "in force"\n'
        '[codes.channels]\ntitle = "Kênh tiếp nhận"\nclosed = true\nchosen_by = "discharge"\n',
        tables=TABLES + ",change,place\n"
        "XML16,home_care,CHI_TIEU_CHAM_SOC/DSACH_CHAM_SOC/CHAM_SOC,Chăm sóc tại nhà,Home care,0..n,Khi có chăm sóc,,,\n"
        "XML15,,,,,,,,drop,\n",
        tables__XML1=FIELDS
        + "rename,NGAY_KET_THUC,NGAY_RA,,,,,,,,,,,\n"
        + "rename,TIEN_THUOC,T_THUOC,,,,,,,,,,,\n"
        + "rename,MA_DOT,MA_LK,,,,,,,,,,,\n"
        + "move,DIEN_THOAI,HO_TEN,,,,,,,,,,,\n"
        + "change,DIEN_THOAI,,,,20,always,,,,,,,\n"
        + "change,LY_DO_VV,,,,,optional,,,,,,,\n"
        + "change,NGAY_TTOAN,,,date8,,,,,,,,,\n"
        + "change,MA_HSBA,,,,4,,,,,,,,\n"
        + "drop,MAHUYEN_CU_TRU,,,,,,,,,,,,\n"
        + "add,EMAIL,DIEN_THOAI,email_address,string,100,optional,,Thư điện tử,,,,,\n"
        + "add,NGAY_HEN_TV,NGAY_KET_THUC,advice_date,date8,8,always,,Ngày hẹn tư vấn,,,,,\n"
        + "add,T_PHU_THU,TIEN_THUOC,surcharge_amount,decimal,15,always,,Tiền phụ thu,,,,,\n"
        + "add,MA_KENH,,channel_code,code,2,always,,Kênh tiếp nhận,,channels,,,\n"
        + "add,NGAY_RA,MA_KENH,left_room_at,datetime12,12,optional,,Giờ rời phòng,,,,,\n",
        tables__XML2=FIELDS + "rename,SL_THUOC,SO_LUONG,,,,,,,,,,,\n",
        tables__XML3=FIELDS + "rename,MA_NGUOI_CHI_DINH,MA_BAC_SI,,,,,,,,,,,\n",
        tables__XML16=FIELDS
        + "add,MA_LK,,visit_code,string,100,always,,Mã liên kết,,,,,\n"
        + "add,STT,,row_number,integer,10,always,,Số thứ tự,,,,,\n"
        + "add,NGAY_CS,,cared_at,datetime12,12,always,,Giờ chăm sóc,,,,,\n"
        + "add,MA_KENH,,channel_code,code,2,optional,,Kênh,,channels,,,\n"
        + "add,T_CHAM_SOC,,care_amount,decimal,15,optional,,Tiền chăm sóc,,,,,\n",
        codes__channels=CODES + "01,Tại quầy,,2027-03-16,,Bịa,\n02,Từ xa,,2027-03-16,,Bịa,\n",
        codes__discharge_types=CODES
        + "5,Chuyển theo yêu cầu,,2023-01-18,2027-03-15,Bịa,\n6,Về theo dõi tại nhà,,2027-03-16,,Bịa,\n",
    )
    lay(
        root,
        "2027-1000",
        'decision = "QĐ 1000/QĐ-MẪU"\nextends = "2027-9999"\nin_force = 2027-03-16\nstatus = "in force"\n',
        tables__XML1=FIELDS + "rename,TIEN_THUOC_CT,TIEN_THUOC,,,,,,Tổng tiền thuốc mới,,,,,\n",
    )
    one_more = FIELDS + "add,GHI_CHU_{0},,remark_{1},string,9,optional,,Ghi chú,,,,,\n"
    for id, name, status, more in (
        ("2027-2000", "A", "expected", ""),
        ("2027-3000", "B", "in force", ""),
        ("2027-4000", "C", "withdrawn", ""),
        ("2027-5000", "D", "in force", 'repeals = ["2027-2000"]\n[moves]\n2027-3000 = 2027-09-01\n'),
    ):
        lay(
            root,
            id,
            f'decision = "QĐ {id[5:]}/QĐ-MẪU"\nin_force = 2027-0{"7" if name == "D" else "6"}-01\nstatus = "{status}"\n{more}',
            tables__XML1=one_more.format(name, name.lower()),
        )


@contextmanager
def laid_beside(root: Path) -> Iterator[None]:
    """The decisions below ``root`` are known while this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(root))
        read_anew()
        yield
    read_anew()


def order(table: str) -> list[str]:
    """The fields of a table under the invented decisions, in their order: by hand, from our list of published ones."""
    if table == "XML16":
        return list(HOME_CARE)
    names = [RENAMED.get(table, {}).get(name, name) for name in fields(table, "1931")]
    if table == "XML1":
        names.remove("MAHUYEN_CU_TRU")
        names.remove("DIEN_THOAI")
        for name, after in (
            ("DIEN_THOAI", "HO_TEN"),
            ("EMAIL", "DIEN_THOAI"),
            ("NGAY_HEN_TV", "NGAY_KET_THUC"),
            ("T_PHU_THU", "TIEN_THUOC_CT"),
        ):
            names.insert(names.index(after) + 1, name)
        names += ["MA_KENH", "NGAY_RA"]
    return names


def visit_on(day: date, name: str = "outpatient") -> Chart:
    """One of the hand-written visits, ended on another day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(charts.DAYS, "1931", day)
        written: Chart = VISITS[name][0]("1931")
        written.tables = {table: [dict(row) for row in rows] for table, rows in written.tables.items()}
    return written


def under_the_invented(day: date = DAY) -> dict[str, list[Row]]:
    """The rows of a correct visit under the invented decisions, by their official names."""
    tables = visit_on(day).tables
    rows = {
        table: [
            {
                RENAMED.get(table, {}).get(name, name): text
                for name, text in row.items()
                if name in fields(table, "1931")
            }
            for row in found
        ]
        for table, found in tables.items()
    }
    [visit] = rows["XML1"]
    visit.pop("MAHUYEN_CU_TRU", None)
    visit |= {"NGAY_HEN_TV": "20270401", "T_PHU_THU": "12000.50", "MA_KENH": "02", "MA_HSBA": "HS01"}
    visit |= {"NGAY_TTOAN": visit["NGAY_TTOAN"][:8], "NGAY_RA": f"{day:%Y%m%d}0830", "LY_DO_VV": ""}
    rows["XML16"] = [
        {"MA_LK": visit["MA_DOT"], "STT": str(number), "NGAY_CS": f"{day:%Y%m%d}0900", "T_CHAM_SOC": "1000"}
        for number in (1, 2, 3)
    ]
    return rows


def documents(tables: Mapping[str, list[Row]]) -> list[tuple[str, str]]:
    found = []
    for table, rows in tables.items():
        wrapper = WRAPPERS.get(table, ("CHI_TIEU_CHAM_SOC", "DSACH_CHAM_SOC", "CHAM_SOC"))
        known = order(table)
        assert all(set(row) <= set(known) for row in rows), table
        cells = ("".join(f"<{name}>{row.get(name, '')}</{name}>" for name in known) for row in rows)
        inside = "".join(f"<{wrapper[-1]}>{row}</{wrapper[-1]}>" for row in cells)
        start, end = (
            "".join(f"<{tag}>" for tag in wrapper[:-1]),
            "".join(f"</{tag}>" for tag in reversed(wrapper[:-1])),
        )
        found.append((table, f"{start}{inside}{end}"))
    return found
