/** Variables that change how a process of Node.js works: its own, the dynamic linker's, the allocator's, those of libraries, proxies. */
const OF_NODE = named(
  'NODE_\\w*|UV_\\w*|DEBUG|DEBUG_FD|V8_\\w*|GRPC_\\w*|OPENSSL_\\w*|SSLKEYLOGFILE|(?:https?|all|no|grpc|no_grpc)_proxy',
  'LD_\\w*|DYLD_\\w*|MALLOC_\\w*|MALLOC|JEMALLOC\\w*|TCMALLOC\\w*|MIMALLOC\\w*|GLIBC_TUNABLES|[ALTMU]SAN_OPTIONS',
);
/** Variables that change how processes of other runtimes and shells work. */
const OF_OTHERS = named(
  'BUN_\\w*|DENO_\\w*|PYTHON\\w*|RUBY\\w*|PERL5?\\w*|PHP\\w*|LUA_\\w*|ERL_\\w*|ELIXIR_\\w*|BASH_ENV|ENV|SHELLOPTS|BASHOPTS',
  'GO(?:DEBUG|GC|MAXPROCS|MEMLIMIT|TRACEBACK)|RUST_\\w*|TOKIO_\\w*|RAYON_\\w*|OMP_\\w*|OPENBLAS_\\w*',
  'JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|_JAVA_OPTIONS|JAVA_OPTS|DOTNET_\\w*|COMPlus_\\w*|CORECLR_\\w*|ASPNETCORE_\\w*|MONO_\\w*',
);
/** Variables that name certificates to trust: a client's choice, which costs nothing. */
const AUTHORITIES = named('NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|GRPC_DEFAULT_SSL_ROOTS_FILE_PATH');

function named(...patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.join('|')})$`, 'i');
}

export const namesAuthorities = (name: string): boolean => AUTHORITIES.test(name);

/** True if a process of Node.js that inherits a variable of this name may work differently. */
export const changesNode = (name: string): boolean => OF_NODE.test(name) && !namesAuthorities(name);

/** True if a process of any runtime that inherits a variable of this name may work differently. */
export const changesRuntime = (name: string): boolean => changesNode(name) || OF_OTHERS.test(name);
