"""Pictures of numbers: plain functions from plain data to geometry that a template only writes down.

A unit is a sixteenth of a rem, so that a picture grows with its reader's text. Every picture has a
title, a description, and the table that stands behind it; `templates/components/pictures/` draws it.
"""
