/** Ids of the commands of REANA, and of its jobs. */
export const OPEN = 'freezeout-reana:open';
export const REFRESH = 'freezeout-reana:refresh';
export const SEARCH = 'freezeout-reana:search';
export const START_SERVER = 'freezeout-reana:start-server';
export const STOP_SERVER = 'freezeout-reana:stop-server';
export const CONNECT = 'freezeout-reana:connect';
export const DISCONNECT = 'freezeout-reana:disconnect';
export const SECRETS = 'freezeout-reana:secrets';
export const RUN = 'freezeout-reana:run';
export const RUN_SELECTED = 'freezeout-reana:run-from-file-browser';
export const RUN_CARD = 'freezeout-reana:run-from-card';
export const RUN_NOTEBOOK = 'freezeout-reana:run-this-notebook';

export const LOGS = 'freezeout-reana:show-logs';
export const FILES = 'freezeout-reana:show-files';
export const SPECIFICATION = 'freezeout-reana:show-specification';
export const STOP = 'freezeout-reana:stop-workflow';
export const START = 'freezeout-reana:start-workflow';
export const RESTART = 'freezeout-reana:restart-workflow';
export const RERUN = 'freezeout-reana:rerun-workflow';
export const FETCH = 'freezeout-reana:bring-home';
export const UPLOAD = 'freezeout-reana:upload';
export const DOWNLOAD = 'freezeout-reana:download';
export const DIFF = 'freezeout-reana:diff';
export const SESSION = 'freezeout-reana:open-session';
export const CLOSE_SESSION = 'freezeout-reana:close-session';
export const PRUNE = 'freezeout-reana:prune';
export const DELETE = 'freezeout-reana:delete';
export const COPY = 'freezeout-reana:copy-name';

/** What the subject of a job of REANA begins with. */
export const SUBJECT = 'reana:';

/** The job that starts the embedded server. */
export const START_KIND = 'reana-start';
