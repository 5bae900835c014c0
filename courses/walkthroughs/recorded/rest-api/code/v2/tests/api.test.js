'use strict';

process.env.TASKS_DB = ':memory:';

const assert = require('node:assert/strict');
const { after, before, describe, test } = require('node:test');
const app = require('../server');
const db = require('../db');

let server;
let base;

before(async () => {
  await new Promise((resolve) => {
    server = app.listen(0, resolve);
  });
  base = `http://127.0.0.1:${server.address().port}`;
});

after(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await db.close();
});

/** Sends a request and returns its status and its decoded JSON; a text is sent as it is. */
async function send(method, path, body) {
  const response = await fetch(base + path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: typeof body === 'object' ? JSON.stringify(body) : body,
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

async function newTask(fields) {
  return (await send('POST', '/tasks', { title: 'Buy milk', ...fields })).body;
}

describe('POST /tasks', () => {
  test('creates a task with defaults', async () => {
    const { status, body } = await send('POST', '/tasks', { title: '  Buy milk ' });
    assert.equal(status, 201);
    assert.equal(body.title, 'Buy milk');
    assert.equal(body.status, 'open');
    assert.ok(Number.isInteger(body.created_at));
  });

  test('refuses a task without a title', async () => {
    const { status, body } = await send('POST', '/tasks', { description: 'no title' });
    assert.equal(status, 400);
    assert.equal(body.error, 'title is required');
  });

  test('refuses an unknown status', async () => {
    const { status, body } = await send('POST', '/tasks', { title: 'Buy milk', status: 'later' });
    assert.equal(status, 400);
    assert.match(body.error, /status must be one of/);
  });

  test('ignores fields that a client may not set', async () => {
    const task = await newTask({ id: 999, created_at: 1 });
    assert.notEqual(task.id, 999);
    assert.notEqual(task.created_at, 1);
  });

  test('refuses a body that is not JSON', async () => {
    const { status, body } = await send('POST', '/tasks', '{"title":');
    assert.equal(status, 400);
    assert.match(body.error, /JSON/);
  });
});

describe('GET /tasks', () => {
  test('lists tasks in the order they were created', async () => {
    const first = await newTask({ title: 'first' });
    const second = await newTask({ title: 'second' });
    const ids = (await send('GET', '/tasks')).body.map((task) => task.id);
    assert.ok(ids.indexOf(first.id) < ids.indexOf(second.id));
  });

  test('filters by status', async () => {
    const task = await newTask({ status: 'done' });
    const { body } = await send('GET', '/tasks?status=done');
    assert.ok(body.some(({ id }) => id === task.id));
    assert.ok(body.every(({ status }) => status === 'done'));
  });
});

describe('GET /tasks/:id', () => {
  test('returns one task', async () => {
    const task = await newTask();
    assert.deepEqual((await send('GET', `/tasks/${task.id}`)).body, task);
  });

  test('answers 404 for a task that does not exist', async () => {
    const { status, body } = await send('GET', '/tasks/4711');
    assert.equal(status, 404);
    assert.equal(body.error, 'Task not found');
  });
});

describe('PATCH /tasks/:id', () => {
  test('changes only the fields that were sent', async () => {
    const task = await newTask({ description: 'two litres' });
    const { status, body } = await send('PATCH', `/tasks/${task.id}`, { status: 'done' });
    assert.equal(status, 200);
    assert.equal(body.status, 'done');
    assert.equal(body.description, 'two litres');
  });

  test('refuses an empty change', async () => {
    const task = await newTask();
    assert.equal((await send('PATCH', `/tasks/${task.id}`, {})).status, 400);
  });

  test('answers 404 for a task that does not exist', async () => {
    assert.equal((await send('PATCH', '/tasks/4711', { status: 'done' })).status, 404);
  });
});

describe('DELETE /tasks/:id', () => {
  test('removes the task', async () => {
    const task = await newTask();
    assert.equal((await send('DELETE', `/tasks/${task.id}`)).status, 204);
    assert.equal((await send('GET', `/tasks/${task.id}`)).status, 404);
  });
});
