/** Ids of the data lake's commands, and of its jobs. */
export const OPEN = 'freezeout-lake:open';
export const REFRESH = 'freezeout-lake:refresh';
export const SEARCH = 'freezeout-lake:search';
export const FILTER = 'freezeout-lake:filter';
export const START = 'freezeout-lake:start';
export const STOP = 'freezeout-lake:stop';
export const DETAILS = 'freezeout-lake:show-details';
export const AVAILABLE = 'freezeout-lake:make-available';
export const DOWNLOAD = 'freezeout-lake:download';
export const UPLOAD = 'freezeout-lake:upload';
export const UPLOAD_SELECTED = 'freezeout-lake:upload-from-file-browser';
export const NEW_DATASET = 'freezeout-lake:new-dataset';
export const NEW_CONTAINER = 'freezeout-lake:new-container';
export const ADD = 'freezeout-lake:add-to-dataset';
export const TAKE_OUT = 'freezeout-lake:take-out-of-dataset';
export const COPY = 'freezeout-lake:copy-did';
export const INSERT = 'freezeout-lake:insert-into-notebook';
export const ATTACH = 'freezeout-lake:attach-as-variable';
export const DETACH = 'freezeout-lake:detach-variable';
export const DELETE = 'freezeout-lake:delete';

/** What the subject of a job of the lake begins with. */
export const SUBJECT = 'lake:';
