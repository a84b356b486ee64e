"""Where a store may lie: WAL shares memory between processes, which no network folder does."""

from __future__ import annotations

import sys
from pathlib import Path

NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smbfs", "smb2", "smb3", "afs", "ncpfs", "9p", "ceph"}
    | {"glusterfs", "davfs", "fuse.sshfs", "fuse.glusterfs", "fuse.rclone", "fuse.davfs2"}
)


def is_network(folder: Path) -> bool:
    """Whether the folder lies on a network file system, as far as this system can tell."""
    if sys.platform == "win32":
        import ctypes

        drive_remote = 4
        return ctypes.windll.kernel32.GetDriveTypeW(folder.absolute().anchor) == drive_remote
    try:
        mounts = Path("/proc/self/mounts").read_text(errors="surrogateescape")
    except OSError:
        return False
    return kind_of(folder.resolve(), mounts) in NETWORK


def kind_of(folder: Path, mounts: str) -> str:
    """The file system type of the mount that holds ``folder``, from a mount table's text."""
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        if len(point) >= len(best) and folder.is_relative_to(point):
            best, kind = point, parts[2]
    return kind
