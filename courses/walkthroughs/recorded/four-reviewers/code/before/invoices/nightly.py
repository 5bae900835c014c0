"""Writes the invoices of the kiosk: a text for each order, and a code to pay it by phone."""

import json
import subprocess
import sys

import pricing


def invoice(order):
    """The text of an order's invoice. The kiosk's till writes prices in euros."""
    items = [pricing.Item(*item) for item in order["items"]]
    to_pay = pricing.total(items, order["voucher"])
    lines = [f"{item.count} x {item.name}" for item in items]
    return "\n".join([*lines, f"To pay: {to_pay:.2f} EUR"])


def draw_code(text, path):
    """Draws the code that a phone reads into a picture."""
    subprocess.run(["qrencode", "--output", path, text], check=True)


def main():
    """Writes an invoice and a code for each order that comes in, a line each."""
    for number, line in enumerate(sys.stdin, 1):
        text = invoice(json.loads(line))
        draw_code(text.splitlines()[-1], f"{number}.png")
        print(text, end="\n\n")


if __name__ == "__main__":
    main()
