import { chromium } from "playwright-core";

/**
 * The system's Chromium, told to trust exactly one certificate beside the usual ones.
 *
 * @param {string} [fingerprint] base64 SHA-256 of the certificate's public key
 */
export const launch = (fingerprint) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...(fingerprint ? [`--ignore-certificate-errors-spki-list=${fingerprint}`] : []),
    ],
  });
