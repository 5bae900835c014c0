'use strict';

const { randomUUID } = require('node:crypto');
const prices = require('./prices');
const seats = require('./seats');

/**
 * Sells the seats of one show.
 *
 * `terminal` has `charge(cents)` and `payBack(cents)`; both take a while and may fail.
 */
class BoxOffice {
  constructor(terminal) {
    this.terminal = terminal;
    this.bookings = new Map();
  }

  /** The seats that nobody has booked. */
  free() {
    const taken = [...this.bookings.values()].filter((booking) => !booking.cancelled);
    return seats.ALL.filter((seat) => !taken.some((booking) => booking.seats.includes(seat)));
  }

  /** Books these seats, one ticket each, and returns the booking. Nothing is kept if payment fails. */
  async book(chosen, tickets) {
    seats.check(chosen);
    if (tickets.length !== chosen.length) throw new RangeError('one ticket for each seat');
    const free = this.free();
    const taken = chosen.filter((seat) => !free.includes(seat));
    if (taken.length > 0) throw new Error(`already taken: ${taken.join(', ')}`);
    const cents = prices.cents(tickets);
    await this.terminal.charge(cents);
    const booking = { id: randomUUID(), seats: chosen, cents, cancelled: false };
    this.bookings.set(booking.id, booking);
    return booking;
  }

  /** Books the first seats side by side, as many as there are tickets. */
  async bookTogether(tickets) {
    const block = seats.sideBySide(this.free(), tickets.length);
    if (block === null) throw new Error(`no ${tickets.length} seats side by side`);
    return this.book(block, tickets);
  }

  /** Cancels a booking: its seats are free again, and what was paid is paid back. */
  async cancel(id) {
    const booking = this.bookings.get(id);
    if (booking === undefined) throw new Error(`no such booking: ${id}`);
    await this.terminal.payBack(booking.cents);
    booking.cancelled = true;
  }
}

module.exports = { BoxOffice };
