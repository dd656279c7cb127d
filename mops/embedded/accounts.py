"""Whose account the servers run under: ours, or for root an unprivileged one."""

import os
import pwd
import stat
from collections.abc import Sequence
from pathlib import Path

from mops.embedded.errors import StartError

# Bits of CapEff in /proc/self/status.
DAC_OVERRIDE = 1 << 1
DAC_READ_SEARCH = 1 << 2


def server_account(data: Path) -> pwd.struct_passwd:
    """
    Give the account for a server whose data is in ``data``.

    PostgreSQL refuses to run as root. Root therefore lends it to whoever owns the data, and new
    data to ``nobody``.
    """
    owner = data.stat().st_uid if data.exists() else os.geteuid()
    if os.geteuid() == 0 and owner == 0:
        return pwd.getpwnam("nobody")
    return pwd.getpwuid(owner)


def private_folder(folder: Path, *, account: pwd.struct_passwd) -> None:
    """
    Make a folder that only ``account`` may enter.

    Raises:
        StartError: it exists and belongs to somebody else, who could then read our data; in the
            shared /tmp that is worth asking.
    """
    folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if found.st_uid not in (account.pw_uid, os.geteuid()) or not stat.S_ISDIR(found.st_mode):
            raise StartError(
                f"{folder} belongs to another user. Remove it, or set MOPS_VAR to a folder of "
                "your own."
            ) from None
        folder.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(folder, account.pw_uid, account.pw_gid)


def as_account(
    argv: Sequence[str], *, account: pwd.struct_passwd, reaching: Sequence[Path], dies_by: str
) -> list[str]:
    """
    Wrap a command so that root runs it as ``account``; everybody else runs it as it is.

    ``reaching`` are the files and folders that it has to get to. ``dies_by`` is the signal that
    it gets when its parent dies; a change of account forgets one that was set before.
    """
    if os.geteuid() != 0:
        return list(argv)
    return [
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        f"--pdeathsig={dies_by}",
        *_lent_capability(reaching),
        *argv,
    ]


def _lent_capability(reaching: Sequence[Path]) -> list[str]:
    """
    Let the account pass folders that only root may enter, such as a checkout in root's home.

    One capability for one process is less than opening those folders to everybody.
    """
    if all(_open_to_all(path) for path in reaching):
        return []
    ours = _our_capabilities()
    may_run = all(path.is_dir() or path.stat().st_mode & stat.S_IXOTH for path in reaching)
    if may_run and ours & DAC_READ_SEARCH:
        name = "dac_read_search"
    elif ours & DAC_OVERRIDE:
        # Programs that only root may run, or a container that does not have the lesser one.
        name = "dac_override"
    else:
        return []
    return [
        f"--inh-caps=-all,+{name}",
        f"--ambient-caps=-all,+{name}",
        # initdb asks access(2), which looks at the real user id and ignores capabilities unless
        # this is set.
        "--securebits=+no_setuid_fixup",
    ]


def _open_to_all(path: Path) -> bool:
    way = path.parents if path.is_dir() else [path, *path.parents]
    return all(step.stat().st_mode & stat.S_IXOTH for step in way)


def _our_capabilities() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    effective = next(line for line in lines if line.startswith("CapEff:"))
    return int(effective.split()[1], 16)
