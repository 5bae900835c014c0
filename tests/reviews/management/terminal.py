"""A command as somebody types it, with what it printed and how it ended."""

from __future__ import annotations

import io
import json
from typing import Any

from django.core.management import CommandError, call_command


class Said:
    """What a command printed, and how it ended."""

    def __init__(self, *arguments: object) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.status = 0
        try:
            call_command(*map(str, arguments), stdout=out, stderr=err)
        except SystemExit as ended:
            self.status = int(ended.code or 0)
        except CommandError as refused:
            self.status = refused.returncode
            err.write(str(refused))
        self.out, self.err = out.getvalue(), err.getvalue()

    @property
    def json(self) -> Any:
        return json.loads(self.out)
