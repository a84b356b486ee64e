"""What a fork server imports: all that a process of a hall that issues reads first is read by then.

A few cases go the whole way in a store of their own, which is thrown away again. Only pages are not
set: the compiler has threads, which no fork survives.
"""

from multiprocessing import Pipe
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import issuekit
from tests.certificate_worker import Share, work
from tests.hallkit import Kit


def _warm(kinds: int) -> None:
    with TemporaryDirectory() as folder:
        kit = Kit(Path(folder))
        issuekit.publish(kit.store, kinds)
        issuekit.blanks(kit.store, "W01", 1, 99)
        for scheme in ("u", "s"):
            issuekit.segment(kit.store, scheme, 1, 99)
        cases = issuekit.granting(kit.store, [1], 3)["W01"]
        ear, mouth = Pipe(duplex=False)
        work(kit.path, 1, Path(folder) / "printer", Share(cases, 1, 1), mouth)
        for end in (ear, mouth):
            end.close()
        kit.close()


for _kinds in (1, 4):
    _warm(_kinds)
