'use strict';

/** The house: rows A to F, twelve seats in each. */
const ROWS = ['A', 'B', 'C', 'D', 'E', 'F'];
const SEATS_IN_ROW = 12;

/** Every seat of the house, "A1" to "F12". */
const ALL = ROWS.flatMap((row) => Array.from({ length: SEATS_IN_ROW }, (_, at) => `${row}${at + 1}`));

/** Throws unless the house has each of these seats, and none is named twice. */
function check(seats) {
  const unknown = seats.filter((seat) => !ALL.includes(seat));
  if (unknown.length > 0) throw new RangeError(`no such seat: ${unknown.join(', ')}`);
  if (seats.length === 0) throw new RangeError('choose at least one seat');
  if (new Set(seats).size < seats.length) throw new RangeError('a seat is named twice');
}

/** The first `count` seats side by side among the free ones, or null if there are none. */
function sideBySide(free, count) {
  for (const row of ROWS) {
    const numbers = free.filter((seat) => seat[0] === row).map((seat) => seat.slice(1)).sort();
    for (let at = 0; at + count <= numbers.length; at += 1) {
      const block = numbers.slice(at, at + count);
      if (block[count - 1] - block[0] === count - 1) return block.map((number) => row + number);
    }
  }
  return null;
}

module.exports = { ALL, check, sideBySide };
