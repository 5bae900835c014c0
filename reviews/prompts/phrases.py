"""The phrases by which a text tries to instruct whoever reviews it.

What counts is that it asks for a verdict, or speaks to a reviewer or a model and asks something of them.
Neither alone is odd: programs hold prompts for models of their own, and people ask one another to look at
things. Texts are in small letters, without accents, and without the signs of a comment (see `suspicion`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CODE = (
    r"(?:code|files?|functions?|modules?|class|methods?|lines?|snippet|submission|solution|program"
    r"|project|app|repo(?:sitory)?|pull request|pr|merge request|mr|patch|diff|changes?|implementation"
    r"|answer|work)"
)
_TROUBLE = (
    r"(?:findings?|issues?|problems?|bugs?|vulnerabilit(?:y|ies)|defects?|errors?|flaws?|weakness(?:es)?"
    r"|security holes?|concerns?)"
)
_ANY = (
    r"(?:(?:any|all|the|these|this|that|other|further|more|of|a|an|security|potential|possible|real"
    r"|single|known|serious|critical) ){0,3}"
)
_NOT = (
    r"(?:do not|don'?t|never|must not|mustn'?t|should not|shouldn?'?t|shall not|may not|cannot|can'?t|not"
    r" to|no need to|need not|forbidden (?:to|from)|refrain from|stop|without|avoid|wrong to)"
)
_TELL = (
    r"(?:report|flag|rais|list|mention|criticis|criticiz|comment|complain|analy[sz]|object to|point out"
    r"|warn|question|penali[sz]|output|produc|generat|emit|post|submit|rat|nitpick)\w*"
)
_LOOK = r"(?:review|look|check|find|consider|include|examin|inspect|read|judg|scan|audit|analy[sz])\w*"
_GOOD = (
    r"(?:approved|safe|secure|correct|fine|bug[\s-]?free|trusted|perfect|flawless|clean|verified|benign"
    r"|harmless|passed|passing|valid(?:ated)?|saniti[sz]ed|compliant|production[\s-]ready|good|great"
    r"|excellent|in order|ok|okay)"
)
_PRAISE = r"(?:lgtm|looks good|approv(?:e|ed|al)|all (?:good|clear)|everything is (?:fine|ok|good|correct))"
_MODEL = (
    r"(?:(?:ai|llm)(?:[\s-](?:based|powered|driven|assisted))?(?: (?:code|security))?(?:[\s-](?:models?"
    r"|assistants?|agents?|systems?|tools?|bots?|graders?|reviewers?|reviews?|auditors?|scanners?"
    r"|analy[sz]ers?|judges?))?|llms|a\.i\.|chatgpt|gpt(?:[\s-]?\d[\w.]*)?|claude|gemini|copilot|codex"
    r"|(?:large )?language models?)"
)
_REVIEWER = (
    r"(?:(?:(?:ai|llm|code|security|automated|automatic|reviewing|human) ){0,3}(?:reviewers?|auditors?"
    r"|graders?|evaluators?|(?:code )?review(?:er|ing)? (?:bots?|tools?|models?|agents?|systems?)"
    r"|reviewing models?)|(?:automated|automatic|security|static) (?:\w+ )?(?:scanners?|analy[sz]ers?"
    r"|checkers?|tools?|reviews?))"
)
_DOING = (
    r"(?:reading|reviewing|grading|evaluating|analy[sz]ing|checking|processing|auditing|scanning|judging"
    r"|assessing|reads?|reviews?|grades?|evaluates?|analy[sz]es?|process(?:es)?)"
)

# Enough by themselves.
_OVERRIDES = (
    r"\b(?:ignore|disregard|forget|overlook|discard|skip|bypass|stop following|do not follow) (?:(?:all"
    r"|any|every|each|the|these|those|of|and|other|rest|my|your) ){0,4}(?:previous|prior|preceding|above"
    r"|earlier|former|foregoing|existing|original|initial|system|your) (?:\w+ ){0,2}?(?:instructions?"
    r"|prompts?|directions?|directives?|guidelines?|guidance|rules|rubric)\b",
    r"\boverride (?:all|any|the|your) (?:\w+ ){0,2}?(?:instructions?|prompts?|directives?|guidelines?)\b",
    r"\b(?:ignore|disregard|forget) (?:all|any|your) (?:\w+ )?(?:instructions?|prompts?|directives?)\b",
    r"\bforget (?:(?:everything|all|anything) (?:that )?(?:you|i)|your (?:role|rules|training|purpose"
    r"|task))\b",
    r"\b(?:print|reveal|show|output|repeat|include) (?:the full contents? of )?your (?:system prompt"
    r"|instructions)\b",
    r"\b(?:ignore|disregard|forget) (?:everything |all |the |anything )?(?:text )?(?:above|before"
    r"|previous)\b[^\n.]{0,15}\b(?:and|instead|then) (?:\w+ )?(?:answer|reply|respond|say|print|output"
    r"|approve|return|write|do)\b",
    r"\b(?:previous|prior|earlier|above|existing) (?:instructions?|prompts?|directions?|rules) (?:no"
    r" longer|do not|don'?t) (?:apply|count|hold)",
    r"\bnew (?:system )?(?:instructions?|prompts?|rules|orders) for (?:you|the (?:model|ai|llm"
    r"|reviewer))\b",
    # German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Chinese, Japanese, Korean.
    r"\b(?:ignorier\w*|vergiss|vergesst|vergessen sie|missachte\w*) (?:\w+ ){0,2}?(?:vorherige\w*"
    r"|bisherige\w*|obige\w*|vorige\w*|fruhere\w*|deine?|eure|ihre) (?:\w+ )?(?:anweisung|instruktion"
    r"|vorgabe|befehl|regel|prompt)\w*",
    r"\b(?:ignore[rz]?|oublie[rz]?) (?:\w+ ){0,2}?(?:(?:tes|vos) (?:instructions|consignes|directives"
    r"|regles)|(?:instructions|consignes|directives|regles) (?:precedentes|anterieures|ci-dessus))",
    r"\b(?:ignor[ae]d?|olvid[ae]d?) (?:\w+ ){0,2}?(?:(?:tus|sus|vuestras) (?:instrucciones|indicaciones"
    r"|reglas)|(?:instrucciones|indicaciones|ordenes|reglas) (?:anteriores|previas|de arriba))",
    r"\b(?:ignora(?:te)?|dimentica(?:te)?) (?:\w+ ){0,2}?(?:(?:tue|vostre) istruzioni|istruzioni"
    r" precedenti)",
    r"\b(?:ignore|esqueca) (?:\w+ ){0,2}?(?:(?:suas|tuas) instrucoes|instrucoes anteriores)",
    r"\b(?:negeer|vergeet) (?:\w+ ){0,2}?(?:(?:vorige|eerdere|bovenstaande|je) (?:instructies|opdrachten))",
    r"\b(?:zignoruj|ignoruj|zapomnij) (?:\w+ ){0,3}?(?:instrukcj|polece)\w*",
    r"\b(?:про)?игнорируй\w* (?:\w+ ){0,3}?(?:инструкци|указани)\w*|\bзабудь\w* (?:\w+ ){0,3}?инструкци\w*",
    r"(?:忽略|无视|忘记|忽視|無視)[^\n。]{0,12}(?:指令|指示|说明|提示|命令)",
    r"(?:指示|命令|プロンプト)[^\n。]{0,8}無視|(?:지시|명령)[^\n.]{0,8}무시",
)
_VERDICTS = (
    rf"\b{_NOT} (?:\w+ )?{_TELL} {_ANY}findings?\b",
    rf"\b{_NOT} (?:\w+ )?{_TELL} {_ANY}{_TROUBLE} (?:\w+ )?(?:in|for|with|about|on|of) (?:this|these|my)"
    rf" (?:\w+ )?{_CODE}\b",
    r"\b(?:do not|don'?t|never) (?:flag any|raise any (?:security )?(?:issues|findings|concerns))\b",
    rf"\b{_NOT} (?:flag|report|mention|criticis\w*|criticiz\w*) (?:the|this) [^\n.;]{{1,50}}\b(?:below"
    r"|above|here)\b",
    rf"\b{_NOT} (?:be )?flag(?:ged)? (?:this |it |them )?as (?:a |an )?(?:security )?{_TROUBLE}\b",
    r"\b(?:output|raise|return|report|give|produce|create) (?:no|zero|0|an? empty (?:list|array|set) of)"
    r" findings?\b(?! found)",
    r"(?:(?:^|[\n.;:,!>\"'(*])[^\S\n]*(?:report|find|list)|\b(?:and|then|please|must|should|only|just|to"
    r"|you) (?:report|find|list)|\b(?:say there (?:are|is)|respond with|reply with|answer with|answer"
    r"|respond)) [\"'`]?(?:no|zero|0) (?:security )?(?:issues|problems|bugs|vulnerabilities|defects"
    r"|flaws)\b",
    r"\b(?:conclude|state|declare|answer|claim|say|confirm) (?:that )?there (?:are|is|were) no"
    rf" (?:security |real )?{_TROUBLE}\b",
    rf"\bact as if (?:there (?:are|were) no {_TROUBLE}|this {_CODE} (?:is|was|were) {_GOOD})",
    rf"\b(?<!not\s)(?<!n't\s)approve (?:this|my|these) {_CODE}\b",
    r"\b(?:mark|treat|consider|rate|grade|classify|label|report|bewerte\w*) (?:this|my|every|all|the"
    rf" whole|diesen) (?:\w+ )?{_CODE} (?:as|als) (?:\w+ )?(?:{_GOOD}|fehlerfrei|sicher|korrekt)\b",
    r"\ball findings (?:are|will be|must be|should be|have to be) (?:suppressed|ignored|hidden)",
    rf"\bno (?:\w+ )?{_TROUBLE} (?:may|must|should|shall|can|are to) be (?:reported|flagged|raised|listed)",
    r"\bverdict (?:is|must be|should be|has to be|of|:)?\s*[\"'`]?approve",
    r"\b(?:answer|reply|respond|begin your \w+) (?:(?:only|just|simply) )?(?:with )?(?:only"
    rf" )?[\"'`]?{_PRAISE}\b",
    r"\b(?:(?:output|write|say|give)(?: (?:only|just|an?))?|(?:print|return) (?:only|just|exactly))"
    rf" [\"'`]?{_PRAISE}\b(?!\s*[(\w])",
    rf"\bno need to (?:review|analy[sz]e|audit) (?:this|my|the) (?:\w+ )?{_CODE}\b",
    r"\b(?:verified|audited|approved|reviewed|certified|vetted|signed off|false"
    rf" positives?)\b[^\n]{{0,80}}[\s\S]{{0,3}}{_NOT} (?:be )?{_TELL}\b",
    rf"\b{_NOT} (?:be )?(?:flag|criticis|criticiz|report|object to)\w* (?:it|this|these|the"
    r"|my)\b[^\n.;]{0,50}[\s,;.-]{1,4}(?:\w+ ){0,4}(?:verified|audited|approved|reviewed|certified"
    r"|vetted|intentional|signed off)\b",
    rf"\b(?:analysis|review|audit) of this {_CODE} (?:is|was) (?:complete|done|finished|over)\b",
    r"\b(?:give|award|assign) (?:this|it|me|my)\b[^\n.]{0,30}\b(?:full|maximum|top|highest|perfect|100"
    r"|good) (?:marks|points|grade|score|credit)\b|\bthis \w+ deserves (?:full|maximum|top|the highest|a"
    r" perfect|100)\b",
    # An address that says for whom it is needs no demand.
    r"\b(?:note|message|context|information|attention|instructions?|dear|hello)\b[\s,:!-]{1,3}(?:(?:to"
    rf"|for) )?(?:the |any |all )?(?:{_MODEL} {_DOING} (?:this|these|my)|(?:ai|llm)(?: (?:code"
    r"|security))? (?:reviewers?|graders?|auditors?|scanners?|judges?))\b",
    r"\bif you(?: are|'re) an? (?:[\w-]+ )?(?:ai|llm|language model|ai (?:model|assistant|tool|agent))"
    rf" {_DOING}\b",
    # German, French, Spanish, Italian, Chinese, Russian.
    r"\b(?:melde|nenne|berichte|erwahne|finde)\w* (?:\w+ ){0,3}?keine\w* (?:\w+ )?(?:fehler|befunde"
    r"|probleme|mangel|schwachstellen|lucken|sicherheits\w+)",
    r"\bkeine\w* (?:\w+ )?(?:fehler|befunde|probleme|mangel|schwachstellen|lucken) (?:melden|nennen"
    r"|berichten|beanstanden|finden|erwahnen)",
    r"\bbefunde\b[^\n.]{0,30}\b(?:unterdrucken|weglassen|verschweigen|ignorieren)",
    r"\b(?:gepruft|freigegeben|verifiziert|abgenommen)\b[^\n]{0,60}\bnicht (?:mehr )?(?:melden"
    r"|beanstanden|bemangeln|markieren|kritisieren)",
    r"\bne (?:signal|rapport|mentionn|relev)\w* (?:aucun|pas|rien|jamais)\w*|\bne (?:rien|pas) signaler"
    r" (?:cette|ce|ici|de)\b",
    r"\bapprouve[rz]? ce (?:code|fichier)|\baprueb[ae] este (?:codigo|archivo)|\bapprova questo codice",
    r"\bno (?:informe|reporte|senale|mencione|marque)s?\b[^\n.]{0,30}(?:ning|error|problema|fallo"
    r"|vulnerab|hallazgo|nada)",
    r"(?:不要|请勿|别)(?:报告|标记|指出)[^\n。]{0,8}(?:问题|错误|漏洞|缺陷)",
    r"\bне сообща\w+ (?:об? )?(?:ошибк|проблем|уязвим)\w*",
)

# To whom it speaks. What it asks of a model may be anything of a review; a reviewer may be a person.
_TO_A_MODEL = (
    r"\b(?:notes?|message|instructions?|attention|reminder|dear|hey|hi|hello|to|for|listen"
    r"|important)\b[\s,:!-]{1,3}(?:to |for )?(?:the |any |all |every |an? )?(?:automated |automatic"
    rf" )?{_MODEL}\b",
    rf"(?:^|\n|[\"'(\[>*@#/;-])[^\S\n]{{0,8}}{_MODEL}(?: (?:notes?|hints?|instructions?))?\s*[:,]\s|(?:^"
    r"|\n)models?\s*[:,]\s*you\b",
    r"\b(?:as|being|you are|you're|you were) (?:an?|the) (?:[\w-]+ ){0,2}?(?:ai|llm|language model"
    r"|reviewing model|(?:ai|llm|automated|automatic)[\s\w-]{0,20}\s(?:reviewer|assistant|auditor|grader"
    r"|tool))\b",
    rf"\b(?:{_MODEL}|models?|assistants?|bots?|agents?|tools?|anyone|anybody|whoever|systems?) (?:(?:who"
    rf"|that|is|are) ){{0,2}}{_DOING} (?:this|my|these|it)\b",
    r"\b(?:read|reviewed|graded|processed|analy[sz]ed|seen|parsed|checked|evaluated|scanned) by (?:an? "
    rf"|any |the )?{_MODEL}\b",
    rf"\b{_MODEL} (?:must|should|shall|has to|have to|needs? to|is to|are to|may not|will)\b",
    r"\b(?:automated|automatic) (?:code )?review(?:er|ing)?s?(?: (?:tools?|bots?|systems?|agents?))?\b"
    r"|\breview(?:er|ing)? bots?\b|\bautomated (?:tools|scanners|analysis|graders?)\b",
    r"(?:^|\n)[^\w\n]{0,8}(?:(?:to )?the )?assistant(?:'s \w+)?\s*(?:should|must|will|:)\s",
    r"<\|?(?:im_start|system|assistant)\|?>|\[inst\]|<<sys>>|\bnew system prompt\b|\bsystem (?:message"
    r"|override|note)\b|\b(?:hidden|secret) instructions?\b|(?:^|\n|(?:#|//|--|/\*)\s)(?:instructions?|prompt"
    r"|system)\s*:\s|\bend of (?:input|code|prompt|file)\b",
    r"\byou (?:are now|will now|must now)\b|\bfrom now on you\b|\byour (?:new|only|real|true) (?:task|job"
    r"|role|goal|instructions?|purpose)\b|\byou (?:must|should|will|shall) (?:only |always )?(?:reply"
    r"|respond|answer|say)\b",
    r"\bals (?:ki|llm)\b|\b(?:an|fur) (?:das|die) (?:ki|llm|sprachmodell)\b|\ben tant qu\W?\s*(?:ia"
    r"|assistant|modele|relecteur)\b|\b(?:a|pour) l'ia\b|\bcomo (?:revisor|asistente|modelo) de (?:ia"
    r"|lenguaje|codigo)\b|\bpara la ia\b|\bcomo (?:una )?ia\b",
)
_TO_A_REVIEWER = (
    r"\b(?:notes?|message|attention|dear|hey|hi|hello|to|for|important)\b[\s,:!-]{1,3}(?:to |for"
    rf" )?(?:the |any |all |every )?{_REVIEWER}\b",
    r"(?:^|\n|[\"'(\[>.*#/;-])[^\S\n]{0,8}(?!(?:grader|evaluator|auditor)s?\s*:\s*(?:the \w+ used"
    rf"|\w+\W*(?:\n|$)|\w+\[)){_REVIEWER}(?: notes?)?\s*[:,]\s",
    rf"\b(?:the |any |all )?{_REVIEWER} (?:must|should|shall|will|has to|have to|needs? to|is to|are to)\b",
    rf"\b(?:{_REVIEWER}|graders?) {_DOING} (?:this|my)\b",
    r"\b(?:in|for|during|from) your review\b|\byour (?:verdict|findings|confidence|review|report|answer"
    r"|response)\b|\bthe review (?:must|should|shall)\b|\b(?:about|of) this \w+ in (?:the|your) review\b",
)
_ASKED_OF_A_REVIEWER = (
    rf"\b{_NOT} (?:\w+ ){{0,2}}?(?:{_TELL}|{_LOOK})\b(?! (?:in|to|for) (?:merge|deploy))",
    r"\b(?:finds?|reports?|raises?|returns?|says?|lists?) (?:no|zero|nothing|only good)\b|\b(?:no|zero)"
    rf" {_TROUBLE}\b",
    r"\b(?:skip|ignore) (?:this|the|my|these|it|everything|all)\b|:\s*skip\b|\bstop here\b|\bout of"
    r" scope\b|\bend your review\b|\bfalse positives?\b|\bnothing to see\b",
    r"\b(?:always approves?|approve (?:this|it|my|everything|all|without))\b|\bcorrect verdict\b|\blgtm\b",
    r"\b(?:full|maximum|max|top|highest|perfect|best) (?:marks?|points?|score|grade|credit)|\b(?:assign"
    r"|award|give) \d+ points|\b(?:10|ten|100|5)\s*(?:/|out of)\s*(?:10|ten|100|5)\b|\b(?:exceed|heavily"
    r" weight|top score)",
    r"\b(?:set|lower|reduce|downgrade|change|keep) (?:\w+ ){0,2}(?:severit(?:y|ies)|confidence)\b",
    r"\b(?:treat|mark|consider|rate|grade|answer|say|state|conclude|report)\w*"
    rf" [^\n.;]{{0,60}}?\b{_GOOD}\b",
    rf"\b(?:everything|all|this|it|(?:the|this) {_CODE}|below|above)\b[^\n.;]{{0,30}}\b(?:is|are) (?:\w+"
    rf" ){{0,2}}{_GOOD}\b",
    r"\b(?:suppress|hide|omit|dismiss|drop)\w* (?:\w+ ){0,2}(?:warnings?|findings?|issues?|problems?)",
    r"[\"']?findings[\"']?\s*:\s*\[\s*\]|\b(?:empty|zero) (?:list|array|set)?\s*(?:of )?findings|\btrust"
    r" me\b",
)
_ASKED_OF_A_MODEL = (
    *_ASKED_OF_A_REVIEWER,
    r"\bapprov(?:e|es|ed|ing|er|al)\b|\bverdict\b|\b(?:report|say|mention) (?:nothing|only)\b|\bno"
    r" (?:comments|defects)\b",
    rf"\b(?:is|are) (?:\w+ )?{_GOOD}\b|\bit'?s (?:\w+ )?{_GOOD}\b|\bignore\b|\bdisregard\b"
    r"|\bintentional\b|\bsuppressed\b|\bprais\w+",
    r"\b(?:already|been|was|were) (?:\w+ )?(?:reviewed|audited|approved|patched|verified)\b|\bbe"
    r" flagged\b|\bnot (?:an? )?(?:security |real )?(?:issue|vulnerability|bug|problem|gate|defect)\b"
    r"|\brecommend(?!ed)\w*\b|\bpositive review\b|\bi have reviewed\b",
    r"\bpass(?:es|ed) (?:\w+ ){0,3}(?:audit|review)|\byour (?:review|system prompt)\b|\b(?:delete|send"
    r"|reveal|output) (?:all|the full|your)\b",
    r"\b(?:keine|nicht|fehlerfrei|approuver|ne \w+ (?:pas|aucun)|aucun|rien|sur|aprobar|no (?:debes"
    r"|informes|reportes|hay))\b",
)

WORDS_OVERRIDE = "asks the reviewer to set its instructions aside"
WORDS_VERDICT = "asks for a verdict on this code"
WORDS_MODEL = "speaks to a model that reads this code, and asks something of it"
WORDS_REVIEWER = "speaks to the reviewer of this code, and asks for a verdict"

_LONGEST_DEMAND = 150
"""Characters."""


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern of several; a space in them is any white space, so that a phrase may go over lines."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns).replace(" ", r"\s+"))


_ALONE = ((_any(_OVERRIDES), WORDS_OVERRIDE), (_any(_VERDICTS), WORDS_VERDICT))
_TOGETHER = (
    (_any(_TO_A_MODEL), _any(_ASKED_OF_A_MODEL), WORDS_MODEL),
    (_any(_TO_A_REVIEWER), _any(_ASKED_OF_A_REVIEWER), WORDS_REVIEWER),
)
CUE = re.compile(
    r"a\.i\.|accept|act as if|\bai\b|analy[sz]|approv|assistant|audit|\bbots?\b|bypass|chatgpt|claude|codex"
    r"|copilot|\bcredit\b|criticis|criticiz|deserves|directi|discard|disregard|evaluat|finding|\bflag"
    r"|following|forget|gemini|\bgpt|grad(?:er|ing|e)\b|guidance|ignor|im_start|\[inst|instruct|judg"
    r"|language model|lgtm|llm|looks good|\bmarks\b|\bmodels?\b|overlook|overrid|\bpoints\b|prais|prompt"
    r"|\breport|review|\brules\b|rubric|scan|severit|skip|<<sys|\bsystem\b|verdict|vulnerab|you are|you're"
    r"|\byour\b|confidence"
    # German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Chinese, Japanese, Korean.
    r"|anweisung|beanstand|befund|freigegeben|gepruft|\bki\b|melde|missacht|sprachmodell|vergess|vergiss"
    r"|approuv|consigne|\bl'ia\b|oubli|\bqu\W?\s?ia\b|signal|aprob|aprueb|informe|instruccion|\bia\b|olvid"
    r"|reporte|revisor|approva|dimentica|istruzioni|esqueca|instruc|negeer|vergeet|zapomnij|забудь"
    r"|игнорируй|сообща|不要|别|忘记|忽略|忽視|无视|無視|请勿|무시".replace(" ", r"\s+")
)
"""Nothing is found where none of this stands: most lines need not be looked at further."""


def phrases_in(text: str) -> Iterator[tuple[int, str]]:
    """Where in a text somebody instructs the reviewer, and what that is in words."""
    for pattern, words in _ALONE:
        for found in pattern.finditer(text):
            yield found.start(), words
    for to_whom, asked, words in _TOGETHER:
        for found in _asked_near(text, to_whom, asked):
            yield found.end() - len(found[0].lstrip()), words


def _asked_near(text: str, to_whom: re.Pattern[str], asked: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The addresses near which something is asked; no stretch of a text is searched again and again."""
    searched, hit = 0, -1
    for found in to_whom.finditer(text):
        start, end = _sentence(text, found.start(), found.end())
        if not start <= hit < end:
            demand = asked.search(text, max(start, searched - _LONGEST_DEMAND), end)
            hit = demand.start() if demand else -1
            searched = hit if demand else end
        if start <= hit < end:
            yield found


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The line around a span and the next one, where it is no more than a few sentences."""
    first = max(text.rfind("\n", 0, start) + 1, start - 200)
    line_end = text.find("\n", end)
    next_end = text.find("\n", line_end + 1) if line_end >= 0 else -1
    last = next_end if next_end >= 0 else len(text)
    return first, min(last, end + 300)
