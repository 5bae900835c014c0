'use strict';

/** What a ticket costs, in euros. */
const PRICES = { full: 12, reduced: 9.5, student: 8.7, child: 6 };

/** The price of some tickets in cents, as the card terminal wants it. */
function cents(tickets) {
  const unknown = tickets.filter((kind) => !Object.hasOwn(PRICES, kind));
  if (unknown.length > 0) throw new RangeError(`no such ticket: ${unknown.join(', ')}`);
  const euros = tickets.reduce((sum, kind) => sum + PRICES[kind], 0);
  return Math.trunc(euros * 100);
}

module.exports = { PRICES, cents };
