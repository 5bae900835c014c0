'use strict';

/** "12,50", "12.5" or "12" as a whole number of cents. Throws for anything else. */
function parse(text) {
  const found = /^(\d{1,6})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  if (found === null) throw new RangeError(`no amount: ${text}`);
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'));
}

/** 1250 as "12.50 €". */
function format(cents) {
  const sign = cents < 0 ? '-' : '';
  const whole = Math.abs(cents);
  return `${sign}${Math.trunc(whole / 100)}.${String(whole % 100).padStart(2, '0')} €`;
}

/** Shares an amount evenly; the cents left over go to one person each, beginning with the one at `turn`. */
function split(cents, people, turn) {
  const count = people.length;
  const each = Math.trunc(cents / count);
  const over = cents - each * count;
  const place = (at) => (at - (turn % count) + count) % count;
  return people.map((name, at) => ({ name, cents: place(at) < over ? each + 1 : each }));
}

module.exports = { parse, format, split };
