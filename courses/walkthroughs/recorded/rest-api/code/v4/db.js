'use strict';

const { setImmediate: nextTurn } = require('node:timers/promises');
const { Database } = require('node-sqlite3-wasm');

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tasks (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS deleted_tasks (
    task_id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    deleted_at TEXT NOT NULL
  );
`;

const COLUMNS = 'id, title, description, status, created_at, updated_at';

let db;

/** Opens the file and makes the tables. Throws where it cannot be used; call it before all else. */
function open(file) {
  db = new Database(file);
  db.exec(SCHEMA);
}

/** Gives every query a turn of its own, so that requests already accepted are not starved. */
async function inTurn(work) {
  await nextTurn();
  return work();
}

/** The task with this id, or null. */
function getTask(id) {
  return inTurn(() => db.get(`SELECT ${COLUMNS} FROM tasks WHERE id = ?`, [id]));
}

/** A page of the tasks after an id, in the order they were created, of one status or of all. */
function listTasks({ status, after, limit }) {
  return inTurn(() =>
    db.all(
      `SELECT ${COLUMNS} FROM tasks WHERE id > ? AND status = coalesce(?, status) ORDER BY id LIMIT ?`,
      [after, status ?? null, limit],
    ),
  );
}

/** Stores a new task and returns its id. */
function createTask({ title, description, status, created_at: createdAt }) {
  return inTurn(() => {
    const { lastInsertRowid } = db.run(
      'INSERT INTO tasks (title, description, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
      [title, description, status, createdAt, createdAt],
    );
    return lastInsertRowid;
  });
}

/** Changes the given fields of a task in one statement. Returns the task, or null. */
function updateTask({ id, title, description, status, updated_at: updatedAt }) {
  return inTurn(() =>
    db.get(
      `UPDATE tasks SET title = coalesce(?, title), description = coalesce(?, description),
       status = coalesce(?, status), updated_at = ? WHERE id = ? RETURNING ${COLUMNS}`,
      [title ?? null, description ?? null, status ?? null, updatedAt, id],
    ),
  );
}

/** Removes a task and keeps its title for support. Returns whether there was one. */
function deleteTask(id) {
  return inTurn(() => {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.run('INSERT INTO deleted_tasks SELECT id, title, ? FROM tasks WHERE id = ?', [
        new Date().toISOString(),
        id,
      ]);
      const { changes } = db.run('DELETE FROM tasks WHERE id = ?', [id]);
      db.exec('COMMIT');
      return changes > 0;
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  });
}

/** Resolves while the database answers. */
function ping() {
  return inTurn(() => db.get('SELECT 1'));
}

/** Closes the connection; call it once, when no request is open any more. */
function close() {
  return inTurn(() => db.close());
}

module.exports = { open, getTask, listTasks, createTask, updateTask, deleteTask, ping, close };
