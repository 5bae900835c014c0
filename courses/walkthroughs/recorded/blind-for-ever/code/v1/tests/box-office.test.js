'use strict';

const assert = require('node:assert/strict');
const { beforeEach, describe, test } = require('node:test');
const { BoxOffice } = require('../box-office');
const prices = require('../prices');
const seats = require('../seats');

/** A terminal that remembers what went through it. */
class Terminal {
  constructor() {
    this.through = [];
    this.broken = false;
  }

  async charge(cents) {
    if (this.broken) throw new Error('card refused');
    this.through.push(cents);
  }

  async payBack(cents) {
    this.through.push(-cents);
  }
}

let terminal;
let office;

beforeEach(() => {
  terminal = new Terminal();
  office = new BoxOffice(terminal);
});

describe('prices', () => {
  test('adds up tickets', () => {
    assert.equal(prices.cents(['full', 'reduced', 'child']), 2750);
  });

  test('refuses a kind of ticket that does not exist', () => {
    assert.throws(() => prices.cents(['senior']), /no such ticket: senior/);
  });
});

describe('seats', () => {
  test('finds the first seats side by side', () => {
    assert.deepEqual(seats.sideBySide(['A1', 'A3', 'A4', 'A5'], 3), ['A3', 'A4', 'A5']);
  });

  test('never runs over the end of a row', () => {
    assert.equal(seats.sideBySide(['A8', 'B1', 'B3'], 2), null);
  });

  test('refuses a seat that the house does not have', () => {
    assert.throws(() => seats.check(['A1', 'G1']), /no such seat: G1/);
  });
});

describe('booking', () => {
  test('takes the money and the seats', async () => {
    const booking = await office.book(['C4', 'C5'], ['full', 'child']);
    assert.equal(booking.cents, 1800);
    assert.deepEqual(terminal.through, [1800]);
    assert.ok(!office.free().includes('C4'));
  });

  test('refuses a seat that is taken', async () => {
    await office.book(['C4'], ['full']);
    await assert.rejects(office.book(['C4'], ['full']), /already taken: C4/);
  });

  test('keeps nothing when the card is refused', async () => {
    terminal.broken = true;
    await assert.rejects(office.book(['C4'], ['full']), /card refused/);
    assert.equal(office.free().length, 72);
  });

  test('seats friends side by side', async () => {
    const booking = await office.bookTogether(['full', 'full', 'full']);
    assert.equal(booking.seats.length, 3);
    assert.ok(booking.seats.every((seat) => seat[0] === booking.seats[0][0]));
  });
});

describe('cancelling', () => {
  test('frees the seats and pays back', async () => {
    const booking = await office.book(['C4'], ['reduced']);
    await office.cancel(booking.id);
    assert.deepEqual(terminal.through, [950, -950]);
    assert.equal(office.free().length, 72);
  });

  test('refuses a booking that does not exist', async () => {
    await assert.rejects(office.cancel('nowhere'), /no such booking/);
  });
});
