"""The one question that is asked before sealing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict


class SealForm(forms.Form):
    """Sealing. `shown` names the state of revision and notes that the page showed."""

    found_nothing = forms.BooleanField(required=False)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, written: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["found_nothing"].label = (
            "I found nothing more than these." if written else "I found nothing."
        )

    def look_again(self, shown: str, why: str) -> None:
        """Refuse, and take what the page shows from now on as seen."""
        self.add_error(None, why)
        self.data = {**self.data.dict(), "shown": shown} if isinstance(self.data, QueryDict) else self.data
