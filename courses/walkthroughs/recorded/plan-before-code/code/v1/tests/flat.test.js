'use strict';

const assert = require('node:assert/strict');
const { describe, test } = require('node:test');
const { parse, format } = require('../cents');
const { Flat } = require('../flat');

const NAMES = ['Ana', 'Bo', 'Cem'];

/** The same "random" numbers in every run. */
function* numbers(seed) {
  for (let state = seed; ; state = (state * 16807) % 2147483647) yield state;
}

/** Books with some twenty expenses. */
function randomBooks(seed) {
  const drawn = numbers(seed);
  const next = (below) => drawn.next().value % below;
  const flat = new Flat(NAMES);
  for (let turn = 0; turn < 20; turn += 1) {
    flat.add(NAMES[next(3)], 1 + next(9999), NAMES.slice(0, 1 + next(3)));
  }
  return flat;
}

const sum = (values) => [...values].reduce((total, value) => total + value, 0);

describe('amounts', () => {
  test('are read and written', () => {
    assert.deepEqual(['12,50', '12.5', ' 7 '].map(parse), [1250, 1250, 700]);
    assert.equal(format(-1205), '-12.05 €');
    assert.throws(() => parse('twelve'), /no amount/);
  });
});

describe('books', () => {
  test('three people share 10 euros', () => {
    const flat = new Flat(NAMES);
    flat.add('Ana', 1000, NAMES);
    assert.equal(sum(flat.balances().values()), 0);
    assert.equal(flat.settle().length, 2);
  });

  test('balances come to 0 together, in 200 random books', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      assert.equal(sum(randomBooks(seed).balances().values()), 0);
    }
  });

  test('settling ends all debts with fewer payments than people, in 200 random books', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const flat = randomBooks(seed);
      const payments = flat.settle();
      assert.ok(payments.length < NAMES.length);
      for (const { from, to, cents } of payments) flat.payBack(from, to, cents);
      assert.ok([...flat.balances().values()].every((balance) => balance === 0));
    }
  });

  test('refuse strangers and amounts that are none', () => {
    const flat = new Flat(NAMES);
    assert.throws(() => flat.add('Dan', 100, NAMES), /does not live here: Dan/);
    assert.throws(() => flat.add('Ana', 0.5, NAMES), /whole cents/);
  });
});

describe('moving out', () => {
  test('is refused before everything is settled', () => {
    const flat = new Flat(NAMES);
    flat.add('Ana', 900, NAMES);
    assert.throws(() => flat.leave('Bo'), /has not settled yet/);
    flat.payBack('Bo', 'Ana', 300);
    flat.leave('Bo');
    assert.equal(flat.entries.length, 2);
  });
});
