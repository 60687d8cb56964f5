/** Every name of the play, all of them this machine. `example.com` is a site with a real public suffix, and nobody's. */
export const SITE = "example.com";

/** Who is who, by a short name. */
export const HOSTS = {
  /** The application with the vault in its own origin. */
  inpage: "inpage.example.com",
  /** The application with the isolated vault. */
  app: "app.example.com",
  vault: "vault.example.com",
  api: "api.example.com",
  id: "id.example.com",
  /** Applications that keep their tokens as others do, and the provider that knows them as public clients. */
  peer: "peer.example.com",
  public: "login.example.com",
  /** A sibling that the attacker has taken over: a forgotten blog. */
  sibling: "blog.example.com",
  /** The attacker's own. */
  evil: "evil.example.net",
};

/** Names an attacker would register, or write into a URL, to be taken for the API. */
export const LOOKALIKES = [
  "api.example.com.evil.example.net",
  "app.example.com.evil.example.net",
  "api-example.com",
  "evil-api.example.com",
  "example.com",
  "xn--pi-7kc.example.com", // аpi with a Cyrillic а
];
