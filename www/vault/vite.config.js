// @ts-check
import { demoConfig } from "../vite.shared.js";

export default demoConfig("vault");
