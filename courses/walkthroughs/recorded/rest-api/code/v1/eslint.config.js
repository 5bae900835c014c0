'use strict';

const globals = { require: 'readonly', module: 'writable', process: 'readonly', console: 'readonly' };

module.exports = [
  {
    languageOptions: { sourceType: 'commonjs', globals: { ...globals, fetch: 'readonly' } },
    rules: {
      eqeqeq: 'error',
      'no-undef': 'error',
      'no-unused-vars': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
];
