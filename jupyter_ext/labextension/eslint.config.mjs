import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig([
  { ignores: ['lib', 'node_modules', '.yarn'] },
  js.configs.recommended,
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, jupyter.configs.recommended],
    plugins: { jupyter },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'interface', format: ['PascalCase'], custom: { regex: '^I[A-Z]', match: true } }
      ],
      '@typescript-eslint/no-invalid-void-type': 'off', // JupyterFrontEndPlugin<void>
      '@typescript-eslint/no-unnecessary-type-parameters': 'off', // request<T> names what the route answers
      '@typescript-eslint/unbound-method': 'off', // signal.connect(this.method, this)
      // what is registered when the plug-in starts is needed then
      'jupyter/prefer-lazy-imports': [
        'warn',
        {
          ignoreImports: [
            './api',
            './commands',
            '../experiments/commands',
            './menu',
            './model',
            './notebook',
            './palette',
            './panel',
            './run/commands',
            './status',
            '../connections/status',
            './views'
          ]
        }
      ],
      curly: ['error', 'all'],
      eqeqeq: 'error'
    }
  }
]);
