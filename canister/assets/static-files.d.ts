/** Made by pack.ts, before Azle bundles the canister. */
declare module '*/dist/canister/static-files.js' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports -- an import of its own would make this file a module
  export const staticFiles: import('./static-file.js').StaticFiles;
}
