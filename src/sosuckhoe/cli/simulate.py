"""``sosuckhoe simulate``: the simulated portal and VNeID, as a process of its own."""

import argparse
from pathlib import Path


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser("simulate", help="chạy cổng tiếp nhận và VNeID mô phỏng")
    command.add_argument("--port", type=int, default=8001, help="cổng mạng trên máy này (mặc định 8001)")
    command.add_argument("--home", type=Path, default=Path("var/simulator"), help="thư mục dữ liệu mô phỏng")
    command.add_argument(
        "--setup", type=Path, default=None, metavar="TỆP.json", help="cơ sở, thẻ, người dân mẫu"
    )
    command.add_argument(
        "--tls",
        nargs="*",
        default=None,
        metavar="TỆP.pem",
        help="chạy bằng https: chứng thư rồi khóa (hai tệp PEM); không ghi tệp thì tự làm một chứng thư thực hành",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from sosuckhoe.simulator.run import serve

    return serve(options.home, options.port, setup_file=options.setup, tls=options.tls) or 0
