// The settings: the name, kind, default and meaning of each variable of the environment, in the order of the documentation.
import { anyText, like, numberFrom, oneOf, onOrOff, url, urlWithPassword } from '#lib/kinds.ts'
import { LATEST } from '#versions/versions.ts'
import {
  certificate,
  domain,
  emailAddress,
  level,
  phoneNumber,
  privateKey,
  ranges,
  secret,
  setting,
  version,
  withDefault,
} from './setting-kinds.ts'
import { TRACING_SETTINGS } from './tracing-settings.ts'

/** Sessions that an address may start in a minute on a public server: many people of one office share an address. */
export const PUBLIC_SESSIONS = 300

export const SETTINGS = {
  port: withDefault('PORT', numberFrom(1, 65_535), '3000', 'The port that the server listens on.'),
  host: withDefault(
    'HOST',
    like(/^[\w.:%-]+$/, 'a host name or an IP address'),
    '127.0.0.1',
    'The address that the server listens on; 0.0.0.0 also accepts other machines.',
  ),
  public_url: setting(
    'PUBLIC_URL',
    url(['http:', 'https:'], 'https://interphone.example.com'),
    'The URL under which others reach the server, for links and callbacks. Default: http://HOST:PORT.',
  ),
  tls_cert: setting(
    'TLS_CERT',
    certificate,
    'The certificate with which the server also answers HTTPS, with those that lead to its authority: PEM, or the path of a PEM file.',
  ),
  tls_key: setting('TLS_KEY', privateKey, 'Its private key: PEM, or the path of a PEM file.', secret),
  tls_port: withDefault('TLS_PORT', numberFrom(1, 65_535), '443', 'The port of HTTPS.'),
  database_url: setting(
    'DATABASE_URL',
    like(/^postgres(ql)?:\/\/.+$/s, 'a URL such as postgres://user:password@host:5432/name'),
    'The PostgreSQL to use. Without it the server runs its own.',
    secret,
  ),
  database_direct_url: setting(
    'DATABASE_DIRECT_URL',
    like(/^postgres(ql)?:\/\/.+$/s, 'a URL such as postgres://user:password@host:5432/name'),
    'The same database past a connection pooler such as PgBouncer, if DATABASE_URL leads to one.',
    secret,
  ),
  database_read_url: setting(
    'DATABASE_READ_URL',
    like(/^postgres(ql)?:\/\/.+$/s, 'a URL such as postgres://user:password@host:5432/name'),
    'A read replica of DATABASE_URL, which answers lists and searches while it is not behind.',
    secret,
  ),
  database_pool: withDefault('DATABASE_POOL', numberFrom(1, 1_000), '10', 'The most connections to PostgreSQL.'),
  data_dir: withDefault(
    'INTERPHONE_DATA_DIR',
    anyText,
    './data',
    'The directory for its own PostgreSQL, generated secrets and attached files. Not used if none of them is there.',
  ),
  token: setting(
    'INTERPHONE_TOKEN',
    like(/^[\x21-\x7e]{1,255}$/, 'at most 255 letters, digits and signs, without spaces'),
    'An access token for the first workspace, for CI. Without it one is generated.',
    secret,
  ),
  demo: withDefault(
    'INTERPHONE_DEMO',
    onOrOff,
    '1',
    '1 fills the first workspace with demo data; 0 creates only an admin and the token.',
  ),
  secret_key: setting(
    'INTERPHONE_SECRET_KEY',
    like(/^.{32,}$/s, 'at least 32 characters long'),
    'Signs links; the same on every machine. Without it a key is generated in the data directory.',
    secret,
  ),
  default_version: withDefault(
    'INTERPHONE_DEFAULT_VERSION',
    version,
    LATEST,
    'The Intercom-Version for requests and workspaces that do not name one.',
  ),
  rate_limit_per_minute: withDefault(
    'RATE_LIMIT_PER_MINUTE',
    numberFrom(0, 100_000_000),
    '0',
    "Requests that a token may make in a minute. 0: no limit; the headers show Intercom's.",
  ),
  rate_limit_shared: withDefault(
    'RATE_LIMIT_SHARED',
    onOrOff,
    '0',
    '1 makes all processes on the database count together; with 0 each counts alone.',
  ),
  session_rate_limit_per_minute: setting(
    'SESSION_RATE_LIMIT_PER_MINUTE',
    numberFrom(0, 100_000_000),
    `Messenger sessions that an address may start in a workspace in a minute. 0: no limit. Default: RATE_LIMIT_PER_MINUTE, or ${PUBLIC_SESSIONS} if that is 0 and other machines reach the server.`,
  ),
  trusted_proxies: withDefault(
    'TRUSTED_PROXIES',
    ranges,
    '0',
    'The proxies whose X-Forwarded-For names the address of a caller: 0 none, 1 all, or ranges.',
  ),
  delivery_lease_seconds: withDefault(
    'DELIVERY_LEASE_SECONDS',
    numberFrom(1, 3_600),
    '30',
    'After a worker dies, other workers send its leased deliveries this many seconds later.',
  ),
  events_kept_days: withDefault(
    'EVENTS_KEPT_DAYS',
    numberFrom(1, 3_650),
    '30',
    'The days for which events stay in the log, for streams that reconnect and webhook subscriptions that are behind.',
  ),
  deliveries_kept_days: withDefault(
    'DELIVERIES_KEPT_DAYS',
    numberFrom(0, 36_500),
    '0',
    'The days for which sent and failed deliveries stay, with their history and captured messages. 0: for ever.',
  ),
  delivery_history_kept_days: withDefault(
    'DELIVERY_HISTORY_KEPT_DAYS',
    numberFrom(0, 36_500),
    '0',
    'The days for which the history of these deliveries stays, if they stay longer. 0: as long as they do.',
  ),
  captured_messages_kept_days: withDefault(
    'CAPTURED_MESSAGES_KEPT_DAYS',
    numberFrom(0, 36_500),
    '0',
    'The days for which the messages stay that the sandbox has captured. 0: as long as their deliveries.',
  ),
  received_messages_kept_days: withDefault(
    'RECEIVED_MESSAGES_KEPT_DAYS',
    numberFrom(1, 3_650),
    '30',
    'The days for which a message that is received again is known, and added only once.',
  ),
  webhook_notifications_kept_days: withDefault(
    'WEBHOOK_NOTIFICATIONS_KEPT_DAYS',
    numberFrom(0, 3_650),
    '30',
    'The days for which sent and failed webhook notifications stay, with their attempts. 0: for ever.',
  ),
  s3_bucket: setting(
    'S3_BUCKET',
    like(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket'),
    'The bucket for attached files, on S3-compatible storage. Without it they are in the data directory.',
  ),
  s3_region: withDefault(
    'S3_REGION',
    like(/^[a-z0-9-]{1,40}$/, 'a region such as eu-west-1'),
    'us-east-1',
    'The region of the bucket.',
  ),
  s3_endpoint: setting(
    'S3_ENDPOINT',
    url(['http:', 'https:'], 'https://minio.example.com:9000'),
    "The URL of the service, if it is not Amazon's: MinIO, R2 and others.",
  ),
  s3_access_key_id: setting('S3_ACCESS_KEY_ID', anyText, 'A key that may read, write and delete its objects.'),
  s3_secret_access_key: setting('S3_SECRET_ACCESS_KEY', anyText, 'The secret of that key.', secret),
  attachment_max_mb: withDefault('ATTACHMENT_MAX_MB', numberFrom(1, 100), '20', 'The largest file accepted.'),
  attachment_link_days: withDefault(
    'ATTACHMENT_LINK_DAYS',
    numberFrom(1, 3_650),
    '7',
    'The days for which a link to a file is valid; every response of the API has new links.',
  ),
  fetch_attachments: withDefault(
    'FETCH_ATTACHMENTS',
    onOrOff,
    '1',
    '1 fetches and stores the files in attachment_urls; 0 stores only their addresses.',
  ),
  allow_private_addresses: setting(
    'ALLOW_PRIVATE_ADDRESSES',
    ranges,
    'Private addresses that attachments and channel accounts may use: 0 none, 1 all, or ranges.',
  ),
  log_level: withDefault('LOG_LEVEL', level, 'info', `The level of the log, which goes to stderr: ${level.must_be}.`),
  log_requests: withDefault('LOG_REQUESTS', onOrOff, '0', '1 writes a line to the log for each request.'),
  request_log: setting(
    'REQUEST_LOG',
    oneOf('on', 'off'),
    'on stores the newest 1,000 requests of each workspace for three days, without secrets: GET /extensions/requests. Default: on if only this machine reaches the server.',
  ),
  metrics_port: setting(
    'METRICS_PORT',
    numberFrom(1, 65_535),
    'A port for /healthz, /readyz and /metrics alone, which a worker has no other for. With it, PORT has no /metrics.',
  ),
  ...TRACING_SETTINGS,
  smtp_url: setting(
    'SMTP_URL',
    urlWithPassword(['smtp:', 'smtps:'], 'smtp://user:password@host:587'),
    "The mail server for the first workspace's email. Without it email is captured.",
    secret,
  ),
  email_from: setting('EMAIL_FROM', emailAddress, 'The sender of that email; required with SMTP_URL.'),
  email_reply_domain: setting('EMAIL_REPLY_DOMAIN', domain, 'The domain whose mail this server receives: replies.'),
  email_bounces: withDefault(
    'EMAIL_BOUNCES',
    onOrOff,
    '1',
    '1 sends bounces to that domain too; 0 is for mail servers that accept no sender but EMAIL_FROM.',
  ),
  dkim_domain: setting('DKIM_DOMAIN', domain, 'The domain that signs the email. The three DKIM settings go together.'),
  dkim_selector: setting(
    'DKIM_SELECTOR',
    like(/^[\w.-]+$/, 'a DKIM selector such as mail'),
    'The selector of the key in the DNS of that domain.',
  ),
  dkim_private_key: setting('DKIM_PRIVATE_KEY', privateKey, 'The private key: PEM, or the path of a PEM file.', secret),
  smtp_inbound_port: setting(
    'SMTP_INBOUND_PORT',
    numberFrom(1, 65_535),
    'The port that accepts incoming mail. Without it the server accepts none.',
  ),
  twilio_account_sid: setting(
    'TWILIO_ACCOUNT_SID',
    like(/^AC[0-9a-f]{32}$/i, 'an Account SID: AC and 32 hexadecimal digits'),
    "The Twilio account for the first workspace's SMS. Without it SMS are captured.",
  ),
  twilio_auth_token: setting('TWILIO_AUTH_TOKEN', anyText, 'Its Auth Token, which also signs callbacks.', secret),
  twilio_from: setting('TWILIO_FROM', phoneNumber, 'The number that SMS are sent from; or use a service.'),
  twilio_messaging_service_sid: setting(
    'TWILIO_MESSAGING_SERVICE_SID',
    like(/^MG[0-9a-f]{32}$/i, 'a Messaging Service SID: MG and 32 hexadecimal digits'),
    'The Messaging Service that chooses the number.',
  ),
  twilio_base_url: setting(
    'TWILIO_BASE_URL',
    url(['http:', 'https:'], 'https://api.twilio.com'),
    "The URL of Twilio's API, for tests and proxies.",
  ),
  whatsapp_phone_number_id: setting(
    'WHATSAPP_PHONE_NUMBER_ID',
    like(/^\d{5,20}$/, 'the number of a phone number'),
    "The phone number ID for the first workspace's WhatsApp. Without it WhatsApp is captured.",
  ),
  whatsapp_access_token: setting('WHATSAPP_ACCESS_TOKEN', anyText, 'A permanent token of a system user.', secret),
  whatsapp_app_secret: setting('WHATSAPP_APP_SECRET', anyText, "The app's secret, which signs callbacks.", secret),
  whatsapp_verify_token: setting(
    'WHATSAPP_VERIFY_TOKEN',
    anyText,
    'A text of your choice; enter the same text when you set up the webhook at Meta.',
    secret,
  ),
  whatsapp_base_url: setting(
    'WHATSAPP_BASE_URL',
    url(['http:', 'https:'], 'https://graph.facebook.com/v23.0'),
    "The URL of Meta's Graph API, with its version.",
  ),
  assistant_url: setting(
    'ASSISTANT_URL',
    url(['http:', 'https:'], 'https://api.example.com/v1'),
    'An OpenAI-compatible server whose model writes the answers of the assistant. Without it passages are quoted.',
  ),
  assistant_api_key: setting('ASSISTANT_API_KEY', anyText, 'The key of that server, if it wants one.', secret),
  assistant_model: setting('ASSISTANT_MODEL', anyText, 'The name of the model; required with ASSISTANT_URL.'),
}

/** Returns the settings for the help and the documentation: name, default, meaning. */
export const settingsTable = (): [name: string, fallback: string, about: string][] =>
  Object.values(SETTINGS).map(({ name, about, fallback = '' }) => [name, fallback, about])
