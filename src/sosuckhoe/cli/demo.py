"""``sosuckhoe demo``: a hospital's visits from the exported file to the citizen's book, on made-up people."""

import argparse
from pathlib import Path


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser("demo", help="chạy thử trọn quy trình với dữ liệu bịa")
    command.add_argument("--once", action="store_true", help="chạy một lần, đối chiếu rồi thoát")
    command.add_argument(
        "--home", type=Path, default=Path("var/demo"), help="thư mục dữ liệu (mặc định var/demo)"
    )
    command.add_argument("--port", type=int, default=8000, help="cổng của trang bệnh viện")
    command.add_argument("--simulator-port", type=int, default=8001, help="cổng của trang mô phỏng")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from sosuckhoe.demo.run import run as run_demo

    return run_demo(options.home, once=options.once, port=options.port, simulator_port=options.simulator_port)
