'use strict';

const STATUSES = ['open', 'in_progress', 'done'];
const MAX_TITLE = 200;
const MAX_DESCRIPTION = 5000;

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

/** GET /tasks: the optional ?status= must be a known one. */
function validateFilter(req, res, next) {
  const problem = problemWith({ status: req.query.status });
  return problem ? res.status(400).json({ error: problem }) : next();
}

module.exports = { validateNewTask, validateChanges, validateFilter };
