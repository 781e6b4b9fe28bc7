package dev.ffs.examples;

import static dev.ffs.dsl.Recipes.autotools;
import static dev.ffs.model.Place.CHROOT;
import static dev.ffs.model.Place.HOST;

import dev.ffs.dsl.OutputSpec;
import dev.ffs.dsl.PhaseSpec;
import dev.ffs.dsl.Recipes;
import dev.ffs.dsl.SourceSpec;
import dev.ffs.model.Recipe;
import dev.ffs.model.Toolchain.Kind;
import java.nio.file.Path;
import org.apiguardian.api.API;

/**
 * The recipe {@code tiny} in Java: what it says is what {@code recipes/tiny} says in YAML, where
 * the reasons stand beside it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class TinyRecipe {

  private TinyRecipe() {}

  /**
   * Makes the recipe.
   *
   * @param patches the directory with the patches, {@code recipes/patches}
   * @return the recipe
   */
  public static Recipe recipe(Path patches) {
    return Recipes.recipe(
        "tiny",
        r ->
            r.title(
                    "A C compiler, libc, shell, make and the usual tools (tcc, musl, busybox), "
                        + "in about a minute")
                .phase("cross_tools", TinyRecipe::crossTools)
                .phase("tools", TinyRecipe::tools)
                .phase("fchroot", TinyRecipe::fchroot)
                .toolchain("host", t -> t.kind(Kind.HOST))
                .toolchain(
                    "cross",
                    t ->
                        t.kind(Kind.CROSS)
                            .path("/ffs/sysroot/cross-tools/bin")
                            .environment("CC", "tcc")
                            .environment("LD", "tcc")
                            .environment("AR", "tcc -ar")
                            .environment("RANLIB", "true"))
                .toolchain(
                    "native",
                    t ->
                        t.kind(Kind.NATIVE)
                            .path("/usr/bin", "/bin", "/tools/bin")
                            .environment("CC", "tcc")
                            .environment("LD", "tcc")
                            .environment("AR", "tcc -ar")
                            .environment("RANLIB", "true"))
                .output(TinyRecipe::output)
                .patchesFrom(patches)
                .mirror("gnu", "https://ftp.gnu.org/gnu/")
                .source("tcc", TinyRecipe::tccSource)
                .source("musl", TinyRecipe::muslSource)
                .source("busybox", TinyRecipe::busyboxSource)
                .source("make", TinyRecipe::makeSource)
                .target(
                    "x86-64bit",
                    t -> t.triple("x86_64-linux-musl").kernelArch("x86").cflags("-O2")));
  }

  /** Built by the host's compiler: one tcc. Built by that tcc: the C library it links with. */
  private static void crossTools(PhaseSpec p) {
    p.where(HOST)
        .toolchain("host")
        .defaults(autotools().prefix("/cross-tools"))
        .step(
            "tcc",
            s ->
                s.needs()
                    .configure(
                        "--cc=cc",
                        "--extra-cflags=-O1",
                        "--config-musl",
                        "--triplet=$FFS_TARGET",
                        "--sysincludepaths={B}/include:/cross-tools/include",
                        "--libpaths=/cross-tools/lib",
                        "--crtprefix=/cross-tools/lib")
                    .make("TCCDOCS=", "B_O=", "BT_O=", "STRIP_yes="))
        .step(
            "musl",
            s ->
                s.needs("tcc")
                    .environment("CC", "/cross-tools/bin/tcc")
                    .environment("AR", "/cross-tools/bin/tcc -ar")
                    .environment("RANLIB", "true")
                    .configure("--target=$FFS_TARGET", "--disable-shared"));
  }

  /** What the chroot phase needs to live on, built by the cross tcc. */
  private static void tools(PhaseSpec p) {
    p.where(HOST)
        .toolchain("cross")
        .environment("CFLAGS", "$FFS_CFLAGS")
        .defaults(autotools().prefix("/tools"))
        .step(
            "tcc",
            s ->
                s.needs()
                    .configure(
                        "--cc=tcc",
                        "--config-musl",
                        "--triplet=$FFS_TARGET",
                        "--sysincludepaths={B}/include:/usr/include",
                        "--libpaths=/usr/lib",
                        "--crtprefix=/usr/lib")
                    .make("TCCDOCS=", "B_O=", "BT_O=", "STRIP_yes="))
        .step(
            "make",
            s ->
                s.needs()
                    .environment("CXX", "false")
                    .configure(
                        "--build=$FFS_TARGET",
                        "--disable-nls",
                        "--disable-load",
                        "--disable-dependency-tracking",
                        "--without-guile")
                    .make("MAKEINFO=true")
                    .install("install-binPROGRAMS"))
        .step(
            "busybox",
            s ->
                s.needs()
                    .script(
                        """
                        set -- CC=tcc HOSTCC=tcc HOSTCFLAGS= LD=tcc "AR=tcc -ar" STRIP=true SKIP_STRIP=y KCONFIG_NOTIMESTAMP=1 \\
                          'cmd_busybox__=$(CC) -o $@ $(core-y) -Wl,-whole-archive $(libs-y)'
                        make "$@" tiny_defconfig
                        make "$@" busybox
                        mkdir -p "$FFS_SYSROOT/tools/bin" "$FFS_SYSROOT/bin"
                        install busybox "$FFS_SYSROOT/tools/bin/"
                        for applet in $(./busybox --list); do
                          ln -s busybox "$FFS_SYSROOT/tools/bin/$applet"
                        done
                        ln -s /tools/bin/sh "$FFS_SYSROOT/bin/sh"       # for make and for scripts, until fchroot has its own
                        """));
  }

  /** Inside the chroot, with nothing from outside: what is made here is what the output holds. */
  private static void fchroot(PhaseSpec p) {
    p.where(CHROOT)
        .toolchain("native")
        .shell("/tools/bin/sh")
        .environment("CFLAGS", "$FFS_CFLAGS")
        .defaults(autotools().prefix("/usr"))
        .step(
            "filesystem",
            s ->
                s.source("none")
                    .needs()
                    .script(
                        """
                        mkdir -p /etc /usr/bin
                        echo 'root:x:0:0:root:/root:/bin/sh' > /etc/passwd
                        echo 'root:x:0:' > /etc/group
                        echo 'export PATH=/usr/bin:/bin' > /etc/profile
                        """))
        .step("musl", s -> s.needs().configure("--target=$FFS_TARGET", "--disable-shared"))
        .step(
            "tcc",
            s ->
                s.needs("musl")
                    .configure(
                        "--cc=tcc",
                        "--config-musl",
                        "--triplet=$FFS_TARGET",
                        "--sysincludepaths={B}/include:/usr/include",
                        "--libpaths=/usr/lib",
                        "--crtprefix=/usr/lib")
                    .make("TCCDOCS=", "STRIP_yes=")
                    .after(
                        """
                        ln -s tcc /usr/bin/cc
                        printf '#!/bin/sh\\nexec tcc -ar "$@"\\n' > /usr/bin/ar
                        chmod 755 /usr/bin/ar
                        """))
        .step(
            "make",
            s ->
                s.needs("tcc")
                    .environment("CXX", "c++")
                    .configure(
                        "--build=$FFS_TARGET",
                        "--disable-nls",
                        "--disable-load",
                        "--disable-dependency-tracking",
                        "--without-guile")
                    .make("MAKEINFO=true")
                    .install("install-binPROGRAMS"))
        .step(
            "busybox",
            s ->
                s.needs("tcc")
                    .script(
                        """
                        set -- CC=tcc HOSTCC=tcc HOSTCFLAGS= LD=tcc "AR=tcc -ar" STRIP=true SKIP_STRIP=y KCONFIG_NOTIMESTAMP=1 \\
                          'cmd_busybox__=$(CC) -o $@ $(core-y) -Wl,-whole-archive $(libs-y)'
                        make "$@" tiny_defconfig
                        make "$@" busybox
                        install busybox /bin/
                        for applet in $(./busybox --list); do
                          ln -sf busybox "/bin/$applet"
                        done
                        """))
        .step(
            "selftest",
            s ->
                s.source("tcc")
                    .needs("tcc")
                    .script(
                        """
                        tcc -o tiny-selftest selftest.c
                        ./tiny-selftest
                        mkdir -p /usr/share/tiny
                        install tiny-selftest /usr/bin/
                        install -m 644 selftest.c /usr/share/tiny/
                        """))
        .step(
            "smoke",
            s ->
                s.source("tcc")
                    .environment("PATH", "/usr/bin:/bin")
                    .script(
                        """
                        cat > smoke.sh <<'END'
                        set -eu
                        ls -d /bin/sh | tar cf - -T - | gzip | gunzip | tar tf - | sed 's,bin/,,' | awk '{ print "tar, gzip, sed and awk say", $1 }'
                        make --version | head -n 1
                        mkdir try
                        cp selftest.c try/
                        make -C try selftest
                        try/selftest
                        printf 'int one(void) { return 1; }' > one.c
                        printf 'int one(void); int main(void) { return one() - 1; }' > two.c
                        cc -c one.c two.c
                        ar rc libone.a one.o
                        cc -o two two.o -L. -lone
                        ./two
                        ./configure --prefix=/usr --cc=tcc --config-musl --triplet=$FFS_TARGET \\
                          --sysincludepaths={B}/include:/usr/include --libpaths=/usr/lib --crtprefix=/usr/lib > /dev/null
                        make TCCDOCS= tcc libtcc1.a > /dev/null
                        cmp tcc /usr/bin/tcc
                        cmp libtcc1.a /usr/lib/tcc/libtcc1.a
                        END
                        /bin/sh smoke.sh
                        # The tcc that the host's compiler built and the tcc that tcc built emit the same libc.
                        cmp /usr/lib/libc.a /cross-tools/lib/libc.a
                        if grep -rlF -e /tools/ -e /ffs/ -e /build/ /bin/busybox /etc /usr; then
                          echo "These name places that are not in the output." >&2
                          exit 1
                        fi
                        """));
  }

  private static void output(OutputSpec o) {
    o.phases("fchroot")
        .formats("tar.xz", "oci", "lxd")
        .directory("/dev", "0755")
        .directory("/proc", "0555")
        .directory("/root", "0700")
        .directory("/sys", "0555")
        .directory("/tmp", "1777")
        .audit(a -> a.compilers("none").forbid("/tools", "/cross-tools"));
  }

  private static void tccSource(SourceSpec s) {
    s.version("0.9.27+git20200814.62c30a4a")
        .url("mirror://debian/pool/main/t/tcc/tcc_0.9.27+git20200814.62c30a4a.orig.tar.bz2")
        .sha256("d63c113bcdd657f51c8ee197a0b0a24203603313e19a52b5f678d40ab7f5df35")
        .license("LGPL-2.1-or-later")
        .patches(
            "tcc-static.patch",
            "tcc-alias.patch",
            "tcc-ar.patch",
            "tcc-long-double.patch",
            "tcc-va-arg.patch",
            "tcc-asm-mxcsr.patch",
            "tcc-selftest.patch");
  }

  private static void muslSource(SourceSpec s) {
    s.version("1.2.5")
        .url("https://musl.libc.org/releases/musl-1.2.5.tar.gz")
        .sha256("a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4")
        .license("MIT")
        .prepare(
            """
            rm -r src/complex include/complex.h include/tgmath.h src/math/x86_64
            """)
        .patches("musl-tcc.patch")
        .alternate(
            a ->
                a.url("mirror://debian/pool/main/m/musl/musl_1.2.5.orig.tar.gz")
                    .sha256("a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4"));
  }

  private static void busyboxSource(SourceSpec s) {
    s.version("1.37.0")
        .url("https://busybox.net/downloads/busybox-1.37.0.tar.bz2")
        .sha256("3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4")
        .license("GPL-2.0-only")
        .prepare(
            """
            tr -s ' ' '\\n' > wanted <<'END'
            BUSYBOX DESKTOP EXPR_MATH_SUPPORT_64 FLOAT_DURATION LFS LONG_OPTS SHOW_USAGE UNICODE_SUPPORT USE_PORTABLE_CODE
            ASCII ASH AWK BASE32 BASE64 BASENAME BC BUNZIP2 BZCAT BZIP2 CAL CAT CHGRP CHMOD CHOWN CHROOT CKSUM CLEAR CMP COMM
            CP CPIO CRC32 CUT DATE DC DD DF DIFF DIRNAME DOS2UNIX DU ECHO ED EGREP ENV EXPAND EXPR FACTOR FALSE FGREP FIND
            FLOCK FOLD FREE FSYNC GETOPT GREP GROUPS GUNZIP GZIP HD HEAD HEXDUMP HOSTID HOSTNAME ID INSTALL KILL KILLALL LESS
            LINK LN LOGNAME LS LZCAT MD5SUM MKDIR MKFIFO MKNOD MKTEMP MORE MOUNTPOINT MV NICE NL NOHUP NPROC OD PASTE PATCH
            PGREP PIDOF PKILL PMAP PRINTENV PRINTF PS PSTREE PWD READLINK REALPATH RENICE RESET REV RM RMDIR SED SEQ SETSID
            SHA1SUM SHA256SUM SHA3SUM SHA512SUM SHRED SHUF SLEEP SORT SPLIT STAT STRINGS STTY SUM SYNC TAC TAIL TAR TEE TEST
            TEST1 TIME TIMEOUT TOP TOUCH TR TREE TRUE TRUNCATE TS TSORT TTY UNAME UNCOMPRESS UNEXPAND UNIQ UNIX2DOS UNLINK
            UNLZMA UNXZ UNZIP UPTIME USLEEP UUDECODE UUENCODE VI WATCH WC WHICH WHOAMI XARGS XXD XZ XZCAT YES ZCAT
            END
            find . \\( -name '*.c' -o -name 'Config.*' \\) \\
              -exec sed -n 's,^\\(//config:\\)\\{0\\,1\\}[[:space:]]*config \\([A-Z0-9_]*\\).*,\\2,p' {} + |
              LC_ALL=C sort -u | grep -v '^\\(ASH\\|FEATURE\\|SH\\)_' | grep -vxFf wanted |
              sed 's/.*/# CONFIG_& is not set/' > configs/tiny_defconfig
            sed 's/.*/CONFIG_&=y/' wanted >> configs/tiny_defconfig
            echo '# CONFIG_FEATURE_COMPRESS_USAGE is not set' >> configs/tiny_defconfig
            """)
        .patches("busybox-tcc.patch")
        .alternate(
            a ->
                a.url("mirror://debian/pool/main/b/busybox/busybox_1.37.0.orig.tar.bz2")
                    .sha256("3311dff32e746499f4df0d5df04d7eb396382d7e108bb9250e7b519b837043a4"));
  }

  private static void makeSource(SourceSpec s) {
    s.version("4.4.1")
        .url("mirror://gnu/make/make-4.4.1.tar.gz")
        .sha256("dd16fb1d67bfab79a72f5e8390735c49e3e8e70b4945a15ab1f81ddb78658fb3")
        .license("GPL-3.0-or-later")
        .alternate(
            a ->
                a.url("mirror://debian/pool/main/m/make-dfsg/make-dfsg_4.4.1.orig.tar.xz")
                    .sha256("3b16b00ea1079af9f8096bbc71ff7cc00c249fc6a862003da3c42308a0adb0fe")
                    .prepare(
                        """
                        mkdir doc
                        echo 'all check install:' > doc/Makefile.in
                        touch doc/make.1
                        """));
  }
}
