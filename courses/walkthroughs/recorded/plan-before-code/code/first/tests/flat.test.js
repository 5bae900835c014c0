'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Flat } = require('../flat');

test('two people share 12 euros', () => {
  const flat = new Flat(['Ana', 'Bo']);
  flat.add('Ana', 12, ['Ana', 'Bo']);
  assert.deepEqual(flat.settle(), [{ from: 'Bo', to: 'Ana', amount: 6 }]);
});

test('three people share 30 euros', () => {
  const flat = new Flat(['Ana', 'Bo', 'Cem']);
  flat.add('Bo', 30, ['Ana', 'Bo', 'Cem']);
  assert.equal(flat.balances().get('Bo'), 20);
  assert.equal(flat.settle().length, 2);
});

test('nobody owes anything in new books', () => {
  assert.deepEqual(new Flat(['Ana', 'Bo']).settle(), []);
});

test('somebody who paid nothing moves out', () => {
  const flat = new Flat(['Ana', 'Bo']);
  flat.remove('Bo');
  assert.deepEqual([...flat.balances()], [['Ana', 0]]);
});
