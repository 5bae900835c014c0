'use strict';

const { split } = require('./cents');

/** The books of a shared flat. Amounts are whole numbers of cents; nothing is ever deleted. */
class Flat {
  constructor(names) {
    this.members = new Map(names.map((name) => [name, { gone: false }]));
    this.entries = [];
  }

  /** Notes that `payer` paid `cents` for the people in `sharedBy`. */
  add(payer, cents, sharedBy) {
    if (!Number.isInteger(cents) || cents <= 0) throw new RangeError('no amount of whole cents');
    const strangers = [payer, ...sharedBy].filter((name) => !this.members.has(name));
    if (strangers.length > 0) throw new RangeError(`does not live here: ${strangers.join(', ')}`);
    this.entries.push({ payer, cents, shares: split(cents, sharedBy) });
  }

  /** Notes that somebody paid money back. */
  payBack(from, to, cents) {
    this.add(from, cents, [to]);
  }

  /** Somebody moves out; they must have settled before. */
  leave(name) {
    if (this.balances().get(name) !== 0) throw new Error(`${name} has not settled yet`);
    this.members.get(name).gone = true;
  }

  /** What each person is owed (above 0) or owes (below 0). */
  balances() {
    const balances = new Map([...this.members.keys()].map((name) => [name, 0]));
    for (const { payer, cents, shares } of this.entries) {
      balances.set(payer, balances.get(payer) + cents);
      for (const share of shares) balances.set(share.name, balances.get(share.name) - share.cents);
    }
    return balances;
  }

  /** The payments after which nobody owes anything: fewer than there are people. */
  settle() {
    const balances = this.balances();
    const payments = [];
    for (;;) {
      const sorted = [...balances].sort((one, other) => one[1] - other[1]);
      const [from, owes] = sorted[0];
      const [to, due] = sorted.at(-1);
      if (owes >= 0 || due <= 0) return payments;
      const cents = Math.min(-owes, due);
      payments.push({ from, to, cents });
      balances.set(from, owes + cents);
      balances.set(to, due - cents);
    }
  }
}

module.exports = { Flat };
