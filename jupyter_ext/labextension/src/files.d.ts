/** What the bundler makes of files that are not TypeScript. */
declare module '*.svg' {
  const source: string;
  export default source;
}

declare module '*/package.json' {
  const content: { readonly version: string };
  export default content;
}
