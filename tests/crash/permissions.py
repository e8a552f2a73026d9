"""Permissions bind everybody but root: a process of root's gives up what lets it write where it may not."""

import ctypes
import os

OVERRIDE = 1
"""CAP_DAC_OVERRIDE."""
VERSION_3 = 0x20080522
DROP_FROM_BOUNDING_SET = 24


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def obey() -> None:
    """From now on, and in every program that this process becomes. Does nothing for whoever is not root."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, data = _Header(VERSION_3, 0), (_Data * 2)()
    libc.prctl(DROP_FROM_BOUNDING_SET, OVERRIDE, 0, 0, 0)
    libc.capget(ctypes.byref(header), data)
    for name in ("effective", "permitted", "inheritable"):
        setattr(data[0], name, getattr(data[0], name) & ~(1 << OVERRIDE))
    if libc.capset(ctypes.byref(header), data):
        raise OSError(ctypes.get_errno(), "capset")
