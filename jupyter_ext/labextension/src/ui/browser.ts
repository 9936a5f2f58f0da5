/** What the file browser shows, in paths below the server's root. */
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';

export interface IShownFiles {
  /** The folder; empty for the root, and where there is no file browser. */
  readonly folder: () => string;
  readonly selectedPaths: () => readonly string[];
}

export function shownFiles(files: IDefaultFileBrowser | null, contents: Contents.IManager): IShownFiles {
  const local = (path: string): string => contents.localPath(path);
  return {
    folder: () => (files ? local(files.model.path) : ''),
    selectedPaths: () => [...(files?.selectedItems() ?? [])].map(({ path }) => local(path))
  };
}
