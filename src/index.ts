/** The door of Portcall as a library: a whole server in one call, and the parts that everybody needs. */
export { serve, type OpenListener, type ServeSurroundings, type Serving } from './app/serve.ts';
export { settle, type ServeSettings } from './config/settings.ts';
export { ConfigurationError, type Problem } from './config/problem.ts';
export { createLog, type LogFormat, type LogOptions } from './observe/log.ts';
export type { Observer, ServerEvent } from './observe/event.ts';
export { permissionsOf, type Permission, type PermissionRules } from './accounts/permission.ts';
export { createAuthenticator, type AuthenticatorOptions, type LoginPolicy } from './accounts/login.ts';
export { listedAccounts, memoryAccounts, type Credential, type ListedAccounts } from './accounts/listed.ts';
export type {
  AccountDefinition,
  AccountLimits,
  MountDefinition,
  ParseDefinition,
  PermissionRule,
} from './accounts/definition.ts';
export { httpHook, type HttpHookOptions } from './accounts/http-hook.ts';
export type { AccountSource, FoundAccount } from './accounts/source.ts';
export { createBanList, type BanList, type Bans, type Offence } from './accounts/ban-list.ts';
export { createAdmission, type Admission, type AdmissionOptions } from './accounts/admission.ts';
export { createPasswordHasher, type PasswordHasher } from './accounts/password.ts';
export type { Account, Authenticator, LoginAttempt, LoginVerdict } from './accounts/account.ts';
export { systemClock, type Clock } from './base/clock.ts';
