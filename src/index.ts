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
export { connect, type Connected, type ConnectOptions } from './app/connect.ts';
export { FileError, type FileErrorKind } from './files/error.ts';
export { type LocalFileSystem, localFileSystem } from './files/local/local-file-system.ts';
export { type MemoryFileSystem, memoryFileSystem } from './files/memory/memory-file-system.ts';
export { copyFile } from './files/copy/copy-file.ts';
export { copyTree } from './files/copy/copy-tree.ts';
export { hashFile } from './files/copy/hash-file.ts';
export type { CopyEvent, CopyOptions, CopyReport, Place, TreeOptions, TreeReport } from './files/copy/copy.ts';
export { planSync } from './files/sync/plan-sync.ts';
export { applyPlan } from './files/sync/apply-plan.ts';
export type { SyncOptions, SyncPlan } from './files/sync/sync-plan.ts';
export type { ApplyOptions, SyncReport } from './files/sync/sync-report.ts';
export type { ClientEvent, ClientObserver } from './observe/client-event.ts';
