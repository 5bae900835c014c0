'use strict';

/** The books of a shared flat. Amounts are in euros. */
class Flat {
  constructor(names) {
    this.names = [...names];
    this.expenses = [];
  }

  /** Notes that `payer` paid `amount` for the people in `sharedBy`. */
  add(payer, amount, sharedBy) {
    this.expenses.push({ payer, amount, sharedBy });
  }

  /** Removes somebody who moves out, with their expenses. */
  remove(name) {
    this.names = this.names.filter((other) => other !== name);
    this.expenses = this.expenses.filter(({ payer }) => payer !== name);
  }

  /** What each person is owed (above 0) or owes (below 0). */
  balances() {
    const balances = new Map(this.names.map((name) => [name, 0]));
    for (const { payer, amount, sharedBy } of this.expenses) {
      balances.set(payer, balances.get(payer) + amount);
      for (const name of sharedBy.filter((each) => balances.has(each))) {
        balances.set(name, balances.get(name) - amount / sharedBy.length);
      }
    }
    return balances;
  }

  /** The payments after which nobody owes anything. */
  settle() {
    const balances = this.balances();
    const payments = [];
    while ([...balances.values()].some((balance) => balance !== 0)) {
      const sorted = [...balances].sort((one, other) => one[1] - other[1]);
      const [debtor, owes] = sorted[0];
      const [creditor, due] = sorted.at(-1);
      const amount = Math.min(-owes, due);
      payments.push({ from: debtor, to: creditor, amount });
      balances.set(debtor, owes + amount);
      balances.set(creditor, due - amount);
    }
    return payments;
  }
}

module.exports = { Flat };
