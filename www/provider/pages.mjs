// The provider's pages: plain HTML, no framework.

/** A whole page. */
export function page(title, body) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 22rem; margin: 12vh auto; padding: 0 1rem }
  label { display: block; margin: 1rem 0 }
  input { font: inherit; display: block; width: 100%; box-sizing: border-box; padding: .5rem }
  button { font: inherit; padding: .5rem 1.25rem }
</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>`;
}

/** The login form. Any name and password will do. */
export function loginPage(uid) {
  return page(
    "Sign in",
    `<p>The demo's identity provider. Any name and password will do.</p>
<form method="post" action="/interaction/${uid}">
<label>Name <input name="login" autocomplete="username" required autofocus maxlength="64"></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Sign in</button>
</form>`,
  );
}

/** The sign-out page: `form` is the provider's, and is sent at once; the button is for browsers without scripts. */
export function signOutPage(form) {
  return page(
    "Signing out",
    `${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<script>document.forms[0].requestSubmit(document.querySelector("button"))</script>`,
  );
}
