"""Child processes that die with their parent, and that run as another user when root starts them.

`command()` returns the arguments that wrap a program. This file is also the wrapper itself: it runs in the child
between fork and exec, because Popen's preexec_fn is not safe in a process with threads.
Called by config/launcher/embedded.py (Postgres, Redis), config/launcher/supervisor.py (web, workers, beat) and
config/celery.py (the pool processes of a worker).
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

# From the Linux headers linux/prctl.h, linux/securebits.h and linux/capability.h.
PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION_3 = 0x20080522


def command(argv: Sequence[str], *, death_signal: signal.Signals, user: str = "") -> list[str]:
    """Wrap `argv`: it receives `death_signal` when the calling thread dies (Linux only), and runs as `user`."""
    parent = str(os.getpid())
    return [sys.executable, "-I", "-S", __file__, parent, str(int(death_signal)), user, *argv]


def die_with_parent(death_signal: signal.Signals) -> None:
    """Send this process `death_signal` when its parent dies (Linux; does nothing elsewhere)."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def switch_user(user: str) -> None:
    """Drop root for `user`, keeping only the capability to traverse closed directories such as /root.

    Postgres refuses to run as root. Without the capability it could reach neither its programs nor its data in a
    clone under /root, unless /root were opened to everybody.
    """
    entry = pwd.getpwnam(user)
    keep = _first_permitted(CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)  # Docker grants only the second
    # access(2), which initdb uses to find postgres, respects the kept capability only when this bit is set.
    keep = keep if keep and _libc().prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) == 0 else 0
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    if keep:  # with the bit set, setuid keeps every capability of root: drop all but one here
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        sets = (ctypes.c_uint32 * 6)(1 << keep, 1 << keep, 1 << keep, 0, 0, 0)
        if _libc().capset(header, sets) != 0:
            raise OSError(ctypes.get_errno(), "capset")
        _libc().prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, keep, 0, 0)


def _first_permitted(*capabilities: int) -> int:
    """Return the first of `capabilities` that this process has, or 0."""
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_text().splitlines()
    permitted = next(int(line.split()[1], 16) for line in status if line.startswith("CapPrm:"))
    return next((number for number in capabilities if permitted >> number & 1), 0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def main() -> None:
    parent, death_signal, user, *argv = sys.argv[1:]
    if user:
        switch_user(user)
    # After switch_user(): the kernel clears this setting when the user changes.
    die_with_parent(signal.Signals(int(death_signal)))
    if sys.platform == "linux" and os.getppid() != int(parent):  # the parent died before the call: no signal will come
        sys.exit(1)
    os.execv(argv[0], argv)


if __name__ == "__main__":
    main()
