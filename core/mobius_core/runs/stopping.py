"""Requests to stop: the file control/stop, and SIGTERM."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from types import FrameType
from typing import Final

POLL: Final = 0.2
"""Seconds between looks at the disk: a stat costs 2 us locally, a millisecond over NFS."""


class StopAsked(Exception):
    """Ends what takes long between two steps; nothing has failed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StopRequests:
    """What a child of ours asks between steps."""

    def __init__(self, request: Path) -> None:
        self.request = request
        self.terminated = False
        self.next_look = 0.0
        self.found: str | None = None

    def listen(self) -> None:
        """Let SIGTERM ask for a stop instead of ending the process."""
        signal.signal(signal.SIGTERM, self.remember)

    def remember(self, signum: int, frame: FrameType | None) -> None:
        self.terminated = True

    def reason(self) -> str | None:
        """None, or why to stop now: "stopped" on request, "preempted" by a bare SIGTERM."""
        now = time.monotonic()
        if self.found is None and (self.terminated or now >= self.next_look):
            self.next_look = now + POLL
            if self.request.exists():
                self.found = "stopped"
            elif self.terminated:
                self.found = "preempted"
        return self.found

    def look(self) -> None:
        """Raise StopAsked where there is a reason to stop now."""
        if reason := self.reason():
            raise StopAsked(reason)
