"""Children that die with their parent, and that run as another user when root starts them.

`command()` gives the argument list that wraps a program; this very file is the wrapper: it runs in the
child, between fork and exec, where Python's preexec_fn would not be safe beside threads.
Called by config/launcher/embedded.py (Postgres, Redis) and config/launcher/runner.py (web, worker, beat).
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

# Numbers of Linux's own headers: linux/prctl.h, linux/securebits.h and linux/capability.h.
PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION_3 = 0x20080522


def command(argv: Sequence[str], *, death_signal: signal.Signals, user: str = "") -> list[str]:
    """Wrap `argv`: it gets `death_signal` when the calling thread dies (Linux), and runs as `user`."""
    parent = str(os.getpid())
    return [sys.executable, "-I", "-S", __file__, parent, str(int(death_signal)), user, *argv]


def die_with_parent(death_signal: signal.Signals) -> None:
    """Have this process get `death_signal` when its parent dies (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def become(user: str) -> None:
    """Give up root for `user`, keeping only the right to walk through folders such as a closed /root.

    Without it Postgres, which refuses to run as root, could reach neither its program nor its data in a
    clone under /root, short of opening /root to everybody.
    """
    entry = pwd.getpwnam(user)
    keep = _first_permitted(CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)  # Docker grants only the second
    # Without this bit access(2), by which initdb looks for postgres, pays no heed to the right that is kept.
    keep = keep if keep and _libc().prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) == 0 else 0
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    if keep:  # with the bit, setuid has left every right of root: all others go here
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        sets = (ctypes.c_uint32 * 6)(1 << keep, 1 << keep, 1 << keep, 0, 0, 0)
        if _libc().capset(header, sets) != 0:
            raise OSError(ctypes.get_errno(), "capset")
        _libc().prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, keep, 0, 0)


def _first_permitted(*capabilities: int) -> int:
    """The first of `capabilities` that this process holds, or 0."""
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_text().splitlines()
    held = next(int(line.split()[1], 16) for line in status if line.startswith("CapPrm:"))
    return next((number for number in capabilities if held >> number & 1), 0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def main() -> None:
    parent, death_signal, user, *argv = sys.argv[1:]
    if user:
        become(user)
    # After become(): the kernel forgets this setting whenever the user changes.
    die_with_parent(signal.Signals(int(death_signal)))
    if sys.platform == "linux" and os.getppid() != int(parent):  # it died before: nobody would tell us
        sys.exit(1)
    os.execv(argv[0], argv)


if __name__ == "__main__":
    main()
