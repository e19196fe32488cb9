"""Turns the environment into Django's settings: wiring only. Every variable is in docs/operators/settings.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from tocsin.lib.databases import postgresql_database, sqlite_database
from tocsin.lib.environment import WrongSetting, env, read_options
from tocsin.lib.outward import read_allowed
from tocsin.lib.sealing import derive, parse_key
from tocsin.lib.zones import is_zone

PACKAGE = Path(__file__).parent

# ── where everything lives ──────────────────────────────────────────────────────────────────────────────────────
TOCSIN_DIR = Path(
    env.text("TOCSIN_DIR", "tocsin-data", help="Folder for the embedded database, uploaded pictures and the mailbox.")
).resolve()
TOCSIN_BASE_URL = env.url(
    "TOCSIN_BASE_URL",
    "http://127.0.0.1:8000",
    ("http", "https"),
    help="The public address of this installation, without a path. Links in mails always use it.",
)
DEBUG = env.flag("TOCSIN_DEBUG", False, help="Developers only: tracebacks in the browser.")

# ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────────
_keys = env.words(
    "TOCSIN_KEYS",
    help="The keys that personal data are sealed with, newest first, separated by commas. Make one with “tocsin keys”. "
    "To change keys, put the new one in front and keep the old.",
)
_digest_key = env.text(
    "TOCSIN_DIGEST_KEY",
    help="The key that e-mail addresses are recognised by. It never changes: with another one, nobody is recognised.",
)
if not _keys or not _digest_key:
    raise WrongSetting(
        "TOCSIN_KEYS and TOCSIN_DIGEST_KEY must be set: personal data are sealed with them. "
        "“tocsin keys” makes a pair; keep it where backups of the database are not. To try Tocsin without any, run "
        "“tocsin demo”."
    )
TOCSIN_SEALING_KEYS = [env.checked("TOCSIN_KEYS", key, parse_key) for key in _keys]
TOCSIN_DIGEST_KEY = env.checked("TOCSIN_DIGEST_KEY", _digest_key, parse_key)
SECRET_KEY, *SECRET_KEY_FALLBACKS = [derive(key, "django").hex() for key in TOCSIN_SEALING_KEYS]

# ── who may ask ─────────────────────────────────────────────────────────────────────────────────────────────────
_host = TOCSIN_BASE_URL.hostname or ""
ALLOWED_HOSTS = [_host, *env.words("TOCSIN_EXTRA_HOSTS", help="Further host names that this server answers to.")]
TOCSIN_TRUSTED_PROXIES = env.whole(
    "TOCSIN_TRUSTED_PROXIES",
    0,
    most=9,
    help="How many proxies of your own stand in front (nginx: 1). Their word on the reader's address and on https "
    "is believed, and nobody else's.",
)
_https = TOCSIN_BASE_URL.scheme == "https"
if TOCSIN_TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = False  # the proxy's task; see docs/operators/install.md
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# Wagtail's admin needs inline script and style; public pages set a stricter policy of their own (look/policy.py).
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "frame-ancestors": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}

# ── the database ────────────────────────────────────────────────────────────────────────────────────────────────
_database = env.text(
    "DATABASE_URL",
    help="postgresql://USER:PASSWORD@HOST:PORT/NAME, or empty for the embedded SQLite database in TOCSIN_DIR.",
)
_synchronous = env.choice(
    "TOCSIN_SQLITE_SYNCHRONOUS",
    "FULL",
    ("FULL", "NORMAL"),
    help="FULL keeps every thanked action even if the power fails. NORMAL is faster and may lose the last second.",
)


_embedded = sqlite_database(TOCSIN_DIR / "tocsin.sqlite3", _synchronous)
DATABASES = {"default": postgresql_database(_database) if _database else _embedded}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── the servers ─────────────────────────────────────────────────────────────────────────────────────────────────
TOCSIN_HOST = env.text("TOCSIN_HOST", "127.0.0.1", help="The address that the web server listens on.")
TOCSIN_PORT = env.whole("TOCSIN_PORT", 8000, least=1, most=65535, help="The port that the web server listens on.")
TOCSIN_WEB_WORKERS = env.whole(
    "TOCSIN_WEB_WORKERS",
    2 if _database else 1,
    least=1,
    most=64,
    help="Web processes. On the embedded database it is 1: SQLite has one writer. On PostgreSQL, one for each core.",
)
if not _database and TOCSIN_WEB_WORKERS > 1:
    raise WrongSetting("TOCSIN_WEB_WORKERS must be 1 on the embedded database. Set DATABASE_URL to use more.")
TOCSIN_WEB_THREADS = env.whole(
    "TOCSIN_WEB_THREADS", 8, least=1, most=256, help="Threads of each web process: requests under way at once."
)
TOCSIN_CACHE_SECONDS = env.whole(
    "TOCSIN_CACHE_SECONDS",
    5,
    most=3600,
    help="For how long a public page and its count may be served from memory, nginx or a CDN. 0 switches it off.",
)
TOCSIN_COUNT_VIEWS = env.flag(
    "TOCSIN_COUNT_VIEWS",
    True,
    help="Count how often action pages are given out, by hour, language and the site or link that led there. Nothing "
    "is kept of any reader, and no cookie is set.",
)

# ── mail ────────────────────────────────────────────────────────────────────────────────────────────────────────
# What django-anymail speaks to. Amazon SES needs its extra: pip install "django-anymail[amazon-ses]".
ESPS = (
    *("amazon_ses", "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postal", "postmark"),
    *("resend", "scaleway", "sendgrid", "sparkpost", "unisender_go"),
)
TOCSIN_MAIL_URL = env.url(
    "TOCSIN_MAIL_URL",
    "mailbox:",
    ("mailbox", "smtp", "smtps", "smtp+starttls", "esp"),
    help="How mail leaves: smtp+starttls://USER:PASSWORD@HOST:587, smtps://…:465, smtp://HOST:25, “esp:” for the "
    "provider that TOCSIN_ESP names, or “mailbox:”, which only writes files into TOCSIN_DIR/mailbox.",
)
TOCSIN_MAIL_TIMEOUT = env.whole(
    "TOCSIN_MAIL_TIMEOUT", 30, least=1, most=600, help="Seconds that the mail server may take for one answer."
)
TOCSIN_MAIL_FROM = env.text(
    "TOCSIN_MAIL_FROM",
    "letters@tocsin.example",
    help="The address that letters and thank-you mails come from: on a domain of your own, with SPF, DKIM and DMARC.",
)
TOCSIN_BOUNCE_DOMAIN = env.text(
    "TOCSIN_BOUNCE_DOMAIN",
    help="A mail domain whose every address reaches you. Where set, each mail has its own return address there.",
)
TOCSIN_REPLY_DOMAIN = env.text(
    "TOCSIN_REPLY_DOMAIN",
    help="A mail domain whose every address reaches you, for answers to letters. Empty: TOCSIN_BOUNCE_DOMAIN.",
)
TOCSIN_MAIL_CONNECTIONS = env.whole(
    "TOCSIN_MAIL_CONNECTIONS", 16, least=1, most=100, help="Connections to the mail server that each worker may hold."
)
TOCSIN_DOMAIN_PER_MINUTE = env.whole(
    "TOCSIN_DOMAIN_PER_MINUTE",
    60,
    most=100_000,
    help="Mails that may leave for one receiving domain in a minute. 0: no limit.",
)
TOCSIN_JOURNAL = env.text(
    "TOCSIN_JOURNAL",
    help="Where a line is kept for each mail that left, a file for each day: read after a restore, and so best on "
    "another disk than the database. Empty: TOCSIN_DIR/journal/sent.log.",
)
if TOCSIN_MAIL_FROM.count("@") != 1 or TOCSIN_MAIL_FROM.startswith("@") or TOCSIN_MAIL_FROM.endswith("@"):
    raise WrongSetting(f"TOCSIN_MAIL_FROM must be an e-mail address, but it is “{TOCSIN_MAIL_FROM}”.")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = TOCSIN_MAIL_FROM
TOCSIN_CONTACT = env.text(
    "TOCSIN_CONTACT",
    help="An address that people read. What somebody writes to TOCSIN_MAIL_FROM about no letter is passed on there.",
)
TOCSIN_INBOUND_URL = env.url(
    "TOCSIN_INBOUND_URL",
    "",
    ("", "imaps", "imap+starttls", "imap"),
    help="A mailbox that receives what comes back, looked into every 30 seconds: imaps://USER:PASSWORD@HOST/INBOX. "
    "Empty: none, or your mail server hands mails to “tocsin inbound”.",
)
TOCSIN_INBOUND_THEN = env.choice(
    "TOCSIN_INBOUND_THEN",
    "seen",
    ("seen", "delete"),
    help="What happens in that mailbox to a mail that was dealt with: it is marked as seen, or deleted.",
)
TOCSIN_ESP = env.choice(
    "TOCSIN_ESP",
    "",
    ("", *ESPS),
    help=f"A mail provider: {', '.join(ESPS)}. Mail leaves through it if TOCSIN_MAIL_URL is “esp:”; what it reports is "
    "taken at /hooks/mail/NAME/tracking/ and …/inbound/.",
)
_esp_options = env.text(
    "TOCSIN_ESP_OPTIONS",
    help="What the provider needs, as KEY=VALUE separated by commas or line ends, with the keys of django-anymail: "
    "POSTMARK_SERVER_TOKEN=…,WEBHOOK_SECRET=USER:PASSWORD",
)
ANYMAIL = {
    "REQUESTS_TIMEOUT": TOCSIN_MAIL_TIMEOUT,
    **env.checked("TOCSIN_ESP_OPTIONS", _esp_options, read_options),
}
if TOCSIN_MAIL_URL.scheme == "esp" and not TOCSIN_ESP:
    raise WrongSetting("TOCSIN_MAIL_URL is “esp:”, so TOCSIN_ESP must name the provider, and it is empty.")
# What Django and Wagtail send by themselves (a forgotten password) goes through the same outbox as every letter.
MAILERS = {"default": {"BACKEND": "tocsin.outbox.staffmail.OutboxBackend"}}

# ── people's data ───────────────────────────────────────────────────────────────────────────────────────────────
TOCSIN_EXPORT_DAYS = env.whole(
    "TOCSIN_EXPORT_DAYS", 7, least=1, most=60, help="For how many days a file that staff exported can be fetched."
)
TOCSIN_EVIDENCE_DAYS = env.whole(
    "TOCSIN_EVIDENCE_DAYS",
    183,
    least=1,
    most=3660,
    help="For how many days after a campaign closed the sheets and scans behind its ledger, and the photographs of its "
    "hand-ins, are kept: they show names and faces. "
    "Those of a line or a hand-in that came later are kept for as long from its own day.",
)
TOCSIN_ENTRY_ALONE = env.whole(
    "TOCSIN_ENTRY_ALONE",
    100,
    help="People that one person may add to a campaign's ledger in a day without a second person's approval. 0: none.",
)

# ── who represents whom ─────────────────────────────────────────────────────────────────────────────────────────
TOCSIN_REPRESENT_URL = env.url(
    "TOCSIN_REPRESENT_URL",
    "https://represent.opennorth.ca",
    ("https", "http"),
    help="Where campaigns that look up postal codes at Represent ask it: Open North's own, or a copy of yours.",
)
TOCSIN_REPRESENT_SET = env.text(
    "TOCSIN_REPRESENT_SET",
    "federal-electoral-districts",
    help="Which of Represent's boundary sets says who represents a person. Its newest representation order counts.",
)
TOCSIN_BOUNDARIES = Path(
    env.text(
        "TOCSIN_BOUNDARIES",
        help="Folder of divisions.geojson and postal-codes.csv, for look-ups on a map of your own. "
        "Empty: the folder “boundaries” in TOCSIN_DIR.",
    )
    or TOCSIN_DIR / "boundaries"
).resolve()

# ── other software ──────────────────────────────────────────────────────────────────────────────────────────────
TOCSIN_WEBHOOKS_ALLOWED = env.checked(
    "TOCSIN_WEBHOOKS_ALLOWED",
    env.words(
        "TOCSIN_WEBHOOKS_ALLOWED",
        help="Hosts and networks that webhooks may go to though they are not on the open internet, as a CRM on your "
        "own network: crm.lan, 10.1.2.0/24. There http is allowed too. Elsewhere it is https to public addresses only.",
    ),
    read_allowed,
)

# ── languages and time ──────────────────────────────────────────────────────────────────────────────────────────
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LANGUAGE_CODE = env.choice(
    "TOCSIN_LANGUAGE", "en", ("en", "fr"), help="The language for readers whose browser asks for none that we have."
)
USE_I18N = WAGTAIL_I18N_ENABLED = True
LOCALE_PATHS = [PACKAGE / "locale"]
USE_TZ = True
TIME_ZONE = env.text("TOCSIN_TIME_ZONE", "America/Toronto", help="The time zone that staff read times in.")
if not is_zone(TIME_ZONE):
    raise WrongSetting(f"TOCSIN_TIME_ZONE must be a time zone like America/Toronto, but it is “{TIME_ZONE}”.")
USE_THOUSAND_SEPARATOR = True

# ── how staff sign in ───────────────────────────────────────────────────────────────────────────────────────────
TOCSIN_SECOND_FACTOR = env.choice(
    "TOCSIN_SECOND_FACTOR",
    "demanded",
    ("demanded", "offered"),
    help="Whether everybody who works at the desk must have a passkey or codes from an app beside the password "
    "(demanded), or may (offered).",
)
TOCSIN_OIDC_URL = env.url(
    "TOCSIN_OIDC_URL",
    "",
    ("", "https", "http"),
    help="Another house's sign-in for staff, by OpenID Connect: the address that /.well-known/openid-configuration "
    "stands below. Empty: none.",
)
TOCSIN_OIDC_ID = env.text("TOCSIN_OIDC_ID", help="The client id that it gave this installation.")
TOCSIN_OIDC_SECRET = env.text("TOCSIN_OIDC_SECRET", help="The client secret that it gave this installation.")
TOCSIN_OIDC_NAME = env.text(
    "TOCSIN_OIDC_NAME", "OpenID Connect", help="What it is called on the button: “Sign in with …”."
)
TOCSIN_OIDC_TRUSTED = env.flag(
    "TOCSIN_OIDC_TRUSTED",
    False,
    help="Whether that other house demands a second factor itself: then whoever comes from it need not show one here.",
)
if TOCSIN_OIDC_URL.scheme and not (TOCSIN_OIDC_ID and TOCSIN_OIDC_SECRET):
    raise WrongSetting("TOCSIN_OIDC_URL is set, so TOCSIN_OIDC_ID and TOCSIN_OIDC_SECRET must be set too.")
# django-allauth. What it would do that we do not want (sign-up, e-mail addresses of its own) has no address in
# desk/account/urls.py, and is off here too.
ALLAUTH_TRUSTED_PROXY_COUNT = TOCSIN_TRUSTED_PROXIES
ACCOUNT_ADAPTER = "tocsin.desk.account.adapters.StaffAdapter"
ACCOUNT_FORMS = {"login": "tocsin.desk.account.forms.SignInForm"}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = TOCSIN_BASE_URL.scheme
ACCOUNT_EMAIL_VERIFICATION = "none"  # who may enter an address is an administrator: 0023
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # A wrong password or code counts against the address it came from and the account it was for.
    "login_failed": "10/m/ip,40/h/ip,6/15m/key",
    "reauthenticate": "10/m/user",
    "reset_password": "5/m/ip,20/h/ip",
}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE, and no longer
ACCOUNT_SIGNUP_ENABLED = False
MFA_ADAPTER = "tocsin.desk.account.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "tocsin.desk.account.forms.FirstCodeForm",
    "add_webauthn": "tocsin.desk.account.forms.PasskeyForm",
    "authenticate": "tocsin.desk.account.forms.CodeForm",
    "authenticate_webauthn": "tocsin.desk.account.forms.GivenPasskeyForm",
    "edit_webauthn": "tocsin.desk.account.forms.PasskeyNameForm",
    "login_webauthn": "tocsin.desk.account.forms.PasskeyAloneForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Tocsin"
MFA_TOTP_TOLERANCE = 1  # half a minute either way: telephones are not on time
SOCIALACCOUNT_ADAPTER = "tocsin.desk.account.adapters.ElsewhereAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form that is sent on to another house would be stopped by form-action
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": TOCSIN_OIDC_NAME,
                "client_id": TOCSIN_OIDC_ID,
                "secret": TOCSIN_OIDC_SECRET,
                "settings": {"server_url": TOCSIN_OIDC_URL.geturl().rstrip("/"), "oauth_pkce_enabled": True},
            }
        ]
        if TOCSIN_OIDC_URL.scheme
        else []
    }
}

# ── the house ───────────────────────────────────────────────────────────────────────────────────────────────────
ROOT_URLCONF = "tocsin.urls"
WSGI_APPLICATION = "tocsin.wsgi.application"
INSTALLED_APPS = [
    "tocsin.look",
    "tocsin.campaigns",
    "tocsin.supporters",
    "tocsin.outbox",
    "tocsin.actions",
    "tocsin.staff",
    "tocsin.web",
    "tocsin.pages",
    "tocsin.desk",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.locales",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.images",
    "wagtail.documents",
    "wagtail.embeds",
    "wagtail.snippets",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *(["django.contrib.postgres"] if _database else []),  # Wagtail's search keeps its index with it
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tocsin.web.language.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tocsin.desk.language.DeskLanguage",
    "tocsin.desk.whence.Whence",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tocsin.desk.account.doorkeeper.Doorkeeper",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "tocsin.desk.account.telling.Told"},
]
# The first signs people in and knows Wagtail's own groups; the second knows roles, and signs nobody in.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend", "tocsin.staff.backend.Roles"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
# What all processes must know of each other is in the database: how often somebody tried, which code was used.
CACHES = {"default": {"BACKEND": "tocsin.lib.splitcache.SplitCache", "LOCATION": "staff_sharednote"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = TOCSIN_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = TOCSIN_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# A file that staff upload stays in memory until it is sealed: in a temporary file, people's data would lie open.
# Without the handler that writes such files, whatever is larger is read and dropped; the form says that it lacks one.
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
# A letter is 8,000 characters at most; nothing public is larger, and pictures go through files, not this limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

WAGTAIL_SITE_NAME = "Tocsin"
WAGTAILADMIN_BASE_URL = TOCSIN_BASE_URL.geturl().rstrip("/")
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "avif"]
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "pdf", "txt", "xlsx"]
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_ALLOW_UNICODE_SLUGS = False  # an address with é in it becomes %C3%A9 wherever it is passed on
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False  # by its address somebody from another house is recognised
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
# Whoever may review a page is written to by the review itself (pages/review.py), once.
WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # no request of ours goes to anyone else
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
SILENCED_SYSTEM_CHECKS: list[str] = []

# ── logs: no personal data, so no request bodies and no query strings ───────────────────────────────────────────
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # Every search index update and every saved draft would be a line; failures still are.
        "django.tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},  # it would name each passkey
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
    },
}
