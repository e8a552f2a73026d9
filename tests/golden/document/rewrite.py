"""What is read of each whole visit here, beside it as JSON. To write all anew and review the difference:

.venv/bin/python tests/golden/document/rewrite.py && git diff tests/golden/document
"""

import json
from dataclasses import asdict
from pathlib import Path

from sosuckhoe.healthbook.document import Reading, read

FOLDER = Path(__file__).parent


def told(reading: Reading) -> str:
    """Everything a reading says, as JSON."""
    return (
        json.dumps(
            {
                "form": reading.form,
                "envelope": asdict(reading.envelope) if reading.envelope else None,
                "signature": [reading.signature_element, reading.signature_last, reading.has_signature],
                "visits": [
                    {
                        "edition": visit.edition.id if visit.edition else None,
                        "parts": visit.parts,
                        "remarks": [asdict(remark) for remark in visit.remarks],
                        "unknown": [asdict(unknown) for unknown in visit.unknown],
                        "record": visit.record.tables,
                    }
                    for visit in reading.visits
                ],
            },
            ensure_ascii=False,
            indent=1,
        )
        + "\n"
    )


if __name__ == "__main__":
    for file in sorted(FOLDER.glob("*.xml")):
        file.with_suffix(".json").write_text(told(read(file.read_bytes())), encoding="utf-8")
        print(file.with_suffix(".json").name)
