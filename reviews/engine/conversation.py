"""A model's part of a pass: asked, read, and once more asked where the reply does not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from reviews.briefs import Task
from reviews.engine import judging, ledger
from reviews.engine.connections import access_to, connection_for
from reviews.engine.ledger import Asking
from reviews.engine.material import Briefing, brief, shown_files
from reviews.models import Connection, Pass
from reviews.prompts.compose import correction
from reviews.prompts.forms import Answer, NotInForm, form_of, read
from reviews.protocols.base import Seat, Setup
from reviews.providers.base import (
    Access,
    Ending,
    Limits,
    Listener,
    ModelProvider,
    ProviderError,
    Question,
    Reply,
    Report,
    Trouble,
)
from reviews.snapshots.diffs import apply_diff
from reviews.snapshots.files import SourceFile
from reviews.snapshots.limits import UploadLimits, UploadRefused

TRIES = 2
"""The question, and once more in the right form or with more room."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of it: the report, and the briefing that it answers."""

    report: Report
    briefing: Briefing


def hold(item: Pass, attempt: int, seat: Seat, provider: ModelProvider, listener: Listener) -> Heard:
    """Ask the model of a seat to do what a pass is for, and read what it says.

    Replies that an earlier attempt already paid for are used again. No transaction is open here.
    Raises ProviderError, GivenUp.
    """
    briefing = brief(item)
    task = Task(item.task)
    connection = connection_for(seat.provider, seat.connection_id, item.review.scope)
    question = _question(item, seat, briefing, connection)
    reply, problems = Reply(""), [""]
    for number in range(1, TRIES + 1):
        asking = Asking(
            pass_id=item.pk,
            attempt=attempt,
            number=number,
            provider=seat.provider,
            connection_id=connection.pk if connection else None,
            budgets=tuple(item.review.budgets),
            instructions=briefing.prompt.instructions,
        )
        paid_for = ledger.earlier_reply(item.pk, number) if attempt > 1 else None
        reply = paid_for or ledger.ask(asking, provider, question, listener)
        if reply.ending is Ending.REFUSED:
            raise _refused(seat, task, reply)
        answer, problems = _read(reply, task, _checker(item, briefing))
        if answer is not None:
            answer = replace(answer, text=briefing.leaving.own_paths(answer.text))
            return Heard(_report(answer, briefing, task, seat, reply), briefing)
        question = _once_more(question, task, reply, problems)
    if reply.ending is Ending.CUT_OFF:
        what = (
            f"{seat.name} was cut off twice, at {question.output_tokens} tokens. A smaller submission fits."
        )
        raise ProviderError(Trouble.CUT_OFF, what, raw=reply.text)
    raise ProviderError(
        Trouble.UNREADABLE,
        f"{seat.name} was asked twice and did not answer in the right form ({'; '.join(problems[:3])}). "
        "Its words are in the ledger.",
        raw=reply.text,
    )


def _read(reply: Reply, task: Task, check: Callable[[Answer], list[str]]) -> tuple[Answer | None, list[str]]:
    """The answer, or why it is none. What was cut off is never read: half a list looks like a whole one."""
    if reply.ending is Ending.CUT_OFF:
        return None, []
    try:
        answer = read(reply.text, task)
    except NotInForm as problem:
        return None, problem.problems
    problems = check(answer)
    return (None, problems) if problems else (answer, [])


def _checker(item: Pass, briefing: Briefing) -> Callable[[Answer], list[str]]:
    """What must hold of an answer beyond its form.

    A patch must apply to the code as it was handed in; a judge must answer each pair that it was shown.
    """
    if Task(item.task) is Task.PATCH:
        code = item.review.snapshot.source_files()
        return lambda answer: _problems_of_patch(briefing.leaving.own_paths(answer.text), code)
    if Task(item.task) is Task.JUDGE:
        setup = Setup.from_json(item.review.setup)
        return lambda answer: judging.problems_of((vote.ref for vote in answer.votes), setup, item.position)
    return lambda _: []


def _problems_of_patch(text: str, files: Sequence[SourceFile]) -> list[str]:
    try:
        apply_diff(files, text, UploadLimits(**settings.UPLOAD_LIMITS), ())
    except UploadRefused as refused:
        return [f"the patch does not apply: {problem}" for problem in refused.messages]
    return []


def _once_more(question: Question, task: Task, reply: Reply, problems: list[str]) -> Question:
    if reply.ending is Ending.CUT_OFF:
        return replace(question, output_tokens=2 * question.output_tokens)
    return replace(question, reply_so_far=reply.text, correction=correction(problems, task))


def _refused(seat: Seat, task: Task, reply: Reply) -> ProviderError:
    what = f"{seat.name} declined to review this code. That is no verdict on it."
    if task is Task.JUDGE:
        what = f"{seat.name} declined to say which of these claims are the same, so they stay as they were."
    return ProviderError(Trouble.REFUSED, what, raw=reply.text)


def _question(item: Pass, seat: Seat, briefing: Briefing, connection: Connection | None) -> Question:
    prompt = briefing.prompt
    return Question(
        model=seat.model,
        system=prompt.system,
        material=prompt.material,
        task=prompt.task,
        form=form_of(Task(item.task)),
        files=briefing.leaving.files if Task(item.task).reads_code else (),
        access=access_to(connection) if connection else Access(),
        output_tokens=briefing.output_tokens,
        seconds=Limits().seconds,
        user=item.review.on_behalf_of,
        cache_key=f"blindspot-{item.review_id}",
        shared=bool(prompt.material),
    )


def _report(answer: Answer, briefing: Briefing, task: Task, seat: Seat, reply: Reply) -> Report:
    declined = [path for path, _ in answer.not_reviewed]
    return Report(
        findings=answer.findings[: Limits().findings],
        paths=shown_files(briefing, declined) if task.about_code else (),
        reviewer=reply.model or seat.model,
        summary=_summary(answer, len(answer.findings) - Limits().findings),
        raw=reply.text,
        votes=answer.votes,
        verdict=answer.verdict,
        text=answer.text,
    )


def _summary(answer: Answer, dropped: int) -> str:
    """What it said in sum, what it looked for, and what it could not review."""
    parts = [answer.summary.strip()]
    if dropped > 0:
        parts.append(f"{dropped} further findings were not kept: the most are {Limits().findings}.")
    if answer.checked:
        parts.append(f"Checked: {'; '.join(answer.checked)}")
    if answer.not_reviewed:
        parts.append(f"Not reviewed: {'; '.join(f'{path} ({why})' for path, why in answer.not_reviewed)}")
    return "\n\n".join(part for part in parts if part)
