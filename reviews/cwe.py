"""Common Weakness Enumeration entries worth choosing from, and how people write their numbers.

Numbers and meaning are MITRE's (cwe.mitre.org), among them all of its Top 25 of 2024; the names are
shortened to what a student would say. Any other number is as good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

HIGHEST = 1500
"""Beyond the newest entries, so that a slip of the keyboard is told from an entry not listed here."""

NAMES: Mapping[int, str] = {
    20: "Improper input validation",
    22: "Path traversal",
    59: "Link following",
    73: "File name or path under outside control",
    74: "Injection",
    77: "Command injection",
    78: "OS command injection",
    79: "Cross-site scripting",
    80: "Script tags left in a page",
    88: "Argument injection",
    89: "SQL injection",
    90: "LDAP injection",
    91: "XML injection",
    93: "CRLF injection",
    94: "Code injection",
    95: "Eval injection",
    98: "Remote file inclusion",
    113: "HTTP response splitting",
    116: "Improper encoding or escaping of output",
    117: "Log injection",
    119: "Access outside the bounds of a buffer",
    120: "Buffer copy without checking the size",
    121: "Stack-based buffer overflow",
    122: "Heap-based buffer overflow",
    125: "Out-of-bounds read",
    129: "Array index not validated",
    131: "Wrong calculation of a buffer's size",
    134: "Format string under outside control",
    170: "Text not terminated",
    178: "Upper and lower case handled wrongly",
    184: "Incomplete list of what is not allowed",
    185: "Wrong regular expression",
    190: "Integer overflow",
    191: "Integer underflow",
    193: "Off-by-one error",
    200: "Sensitive information exposed",
    201: "Sensitive information in data that is sent",
    203: "Observable difference, such as in timing",
    208: "Observable difference in timing",
    209: "Error message with sensitive information",
    215: "Sensitive information in debugging code",
    250: "More privileges than necessary",
    252: "Return value not checked",
    256: "Password stored in plain text",
    257: "Password stored so that it can be recovered",
    259: "Hard-coded password",
    261: "Weak encoding for a password",
    269: "Improper management of privileges",
    276: "Wrong default permissions",
    284: "Improper access control",
    285: "Improper authorization",
    287: "Improper authentication",
    290: "Authentication bypass by spoofing",
    294: "Authentication bypass by replay",
    295: "Certificate not validated",
    306: "No authentication for a critical function",
    307: "Authentication attempts not limited",
    311: "Sensitive data not encrypted",
    312: "Sensitive data stored in clear text",
    319: "Sensitive data sent in clear text",
    321: "Hard-coded cryptographic key",
    326: "Encryption too weak",
    327: "Broken or risky cryptographic algorithm",
    328: "Weak hash",
    330: "Random values not random enough",
    338: "Random generator not made for cryptography",
    345: "Authenticity of data not verified",
    346: "Origin not validated",
    347: "Signature not verified",
    352: "Cross-site request forgery",
    362: "Race condition",
    367: "Time of check, time of use",
    369: "Division by zero",
    377: "Insecure temporary file",
    384: "Session fixation",
    390: "Error detected, nothing done",
    391: "Error not checked",
    396: "Catches every exception",
    400: "Resource consumption without a limit",
    401: "Memory not released",
    404: "Resource not closed or released",
    405: "Small request, large effect",
    409: "Decompression bomb",
    415: "Double free",
    416: "Use after free",
    426: "Untrusted search path",
    434: "Upload of a dangerous file type",
    444: "HTTP request smuggling",
    451: "Misleading user interface",
    457: "Variable used before it is set",
    459: "Incomplete cleanup",
    470: "Class or code chosen by outside input",
    476: "Null dereference",
    477: "Obsolete function",
    480: "Wrong operator",
    489: "Debugging code left active",
    494: "Code downloaded without a check",
    497: "System information exposed",
    502: "Deserialization of untrusted data",
    521: "Weak password rules",
    522: "Credentials not protected enough",
    532: "Sensitive information in a log",
    538: "Sensitive information in a file that others can read",
    548: "Directory listing exposes information",
    552: "Files that outsiders can reach",
    561: "Dead code",
    565: "Cookie relied upon without a check",
    570: "Expression is always false",
    571: "Expression is always true",
    597: "Wrong operator in comparing text",
    601: "Open redirect",
    602: "Security enforced by the client alone",
    611: "XML external entities",
    613: "Session does not expire",
    614: "Cookie without the Secure attribute",
    617: "Assertion that outsiders can reach",
    639: "Access through a key that the user controls",
    640: "Weak recovery of a forgotten password",
    643: "XPath injection",
    662: "Improper synchronization",
    667: "Improper locking",
    668: "Resource exposed to the wrong people",
    670: "Control flow that is always wrong",
    674: "Recursion without an end",
    681: "Wrong conversion between number types",
    682: "Wrong calculation",
    697: "Wrong comparison",
    703: "Exceptional conditions not handled",
    704: "Wrong type conversion",
    732: "Wrong permissions on a critical resource",
    754: "Unusual conditions not checked",
    755: "Exceptional conditions handled wrongly",
    757: "Downgrade to a weaker algorithm",
    758: "Relies on undefined behaviour",
    759: "Hash without a salt",
    770: "Allocation without limits or throttling",
    772: "Resource kept after its last use",
    776: "XML entity expansion",
    787: "Out-of-bounds write",
    798: "Hard-coded credentials",
    829: "Functionality from an untrusted place",
    833: "Deadlock",
    834: "Loop that runs too often",
    835: "Loop without an exit",
    841: "Order of steps not enforced",
    862: "Missing authorization",
    863: "Incorrect authorization",
    908: "Resource used before it is set up",
    915: "Mass assignment",
    916: "Password hash that is too cheap",
    917: "Expression language injection",
    918: "Server-side request forgery",
    942: "Cross-domain policy that trusts too many",
    943: "Injection into a data query",
    1004: "Cookie without the HttpOnly attribute",
    1021: "Clickjacking",
    1104: "Third-party component no longer maintained",
    1236: "Formula injection in a CSV file",
    1321: "Prototype pollution",
    1333: "Regular expression of exponential cost",
    1336: "Template injection",
    1427: "Prompt injection",
}

_NUMBER = re.compile(r"(?:cwe)?[\s-]*(\d{1,5})(?:\D.*)?", re.IGNORECASE | re.DOTALL)


def label(number: int) -> str:
    """The entry as people write it: "CWE-89: SQL injection", or "CWE-1234" for one without a name here."""
    name = NAMES.get(number)
    return f"CWE-{number}: {name}" if name else f"CWE-{number}"


def parse(text: str) -> int | None:
    """The number in "CWE-89: SQL injection", "cwe 89", "89" or "sql injection"; None for nothing.

    Words count where exactly one name here holds them all. Raises ValueError, with a sentence for
    the person who wrote it, for anything else and for numbers outside 1 to HIGHEST.
    """
    wanted = " ".join(text.split())
    if not wanted:
        return None
    if found := _NUMBER.fullmatch(wanted):
        number = int(found[1])
        if 1 <= number <= HIGHEST:
            return number
        raise ValueError(f"CWE numbers go from 1 to {HIGHEST:,}.")
    return _named(wanted.casefold())


def _named(wanted: str) -> int:
    exact = [number for number, name in NAMES.items() if name.casefold() == wanted]
    words = wanted.split()
    having = [n for n, name in NAMES.items() if all(word in name.casefold() for word in words)]
    found = exact or having
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValueError("No entry here has these words. Choose one, or write its number, such as 89.")
    some = ", ".join(label(number) for number in found[:3])
    raise ValueError(
        f"Several entries have these words ({some} and others). Choose one, or write its number."
    )
