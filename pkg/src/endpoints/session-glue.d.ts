/** The generated glue of the `session` artifact. Its shape is `SessionGlue` in glue.ts. */
declare module "*/session_bg.js";
