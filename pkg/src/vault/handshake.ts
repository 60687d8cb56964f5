/** What the page and the isolated vault's frame say to each other, until the page has its port to the worker. */

/** Frame to page, when it is ready for the page's port. */
export const HELLO = "strongroom:hello";
/** Page to frame, with the port. */
export const PORT = "strongroom:port";
/** Frame to page: the worker could not be started. */
export const BROKEN = "strongroom:broken";
