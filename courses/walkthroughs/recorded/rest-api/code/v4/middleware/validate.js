'use strict';

const STATUSES = ['open', 'in_progress', 'done'];
const MAX_TITLE = 200;
const MAX_DESCRIPTION = 5000;
const MAX_PAGE = 50;

/** The first thing that is wrong with the fields of a body, or null. */
function problemWith({ title, description, status }) {
  if (title !== undefined) {
    if (typeof title !== 'string' || title.trim() === '') {
      return 'title must be a non-empty string';
    }
    if (title.length > MAX_TITLE) {
      return `title must have at most ${MAX_TITLE} characters`;
    }
  }
  if (description !== undefined) {
    if (typeof description !== 'string' || description.length > MAX_DESCRIPTION) {
      return `description must be a string of at most ${MAX_DESCRIPTION} characters`;
    }
  }
  if (status !== undefined && !STATUSES.includes(status)) {
    return `status must be one of ${STATUSES.join(', ')}`;
  }
  return null;
}

/** Only the fields a client may set; everything else in the body is dropped. */
function allowedFields({ title, description, status }) {
  const fields = { title: title?.trim(), description, status };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** POST: a title is required. Leaves the clean fields in req.fields. */
function validateNewTask(req, res, next) {
  const body = req.body ?? {};
  const problem = body.title === undefined ? 'title is required' : problemWith(body);
  if (problem) {
    return res.status(400).json({ error: problem });
  }
  req.fields = { description: '', status: 'open', ...allowedFields(body) };
  return next();
}

/** PATCH: any of the fields, at least one. Leaves the clean fields in req.fields. */
function validateChanges(req, res, next) {
  const body = req.body ?? {};
  const problem = problemWith(body);
  if (problem) {
    return res.status(400).json({ error: problem });
  }
  req.fields = allowedFields(body);
  if (Object.keys(req.fields).length === 0) {
    return res.status(400).json({ error: 'nothing to change' });
  }
  return next();
}

/** GET /tasks: ?status=, ?after= (an id) and ?limit=, all optional. Leaves them in req.page. */
function validatePage(req, res, next) {
  const { status, after = 0, limit = MAX_PAGE } = req.query;
  const problem = problemWith({ status });
  if (problem) {
    return res.status(400).json({ error: problem });
  }
  req.page = { status, after: Number(after), limit: Number(limit) };
  if (!Number.isSafeInteger(req.page.after)) {
    return res.status(400).json({ error: 'after must be the id of a task' });
  }
  if (!Number.isSafeInteger(req.page.limit) || req.page.limit < 1 || req.page.limit > MAX_PAGE) {
    return res.status(400).json({ error: `limit must be from 1 to ${MAX_PAGE}` });
  }
  return next();
}

module.exports = { validateNewTask, validateChanges, validatePage };
