/*
 * Tries to get out of an enclosure: probe ATTEMPT ARGUMENT...
 *
 * Prints "ATTEMPT ARGUMENT: done", or what the kernel said against it. Whatever it tries does no
 * harm where it succeeds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void told(const char *attempt, const char *argument, int result) {
  printf("%s %s: %s\n", attempt, argument, result < 0 ? strerror(errno) : "done");
  fflush(stdout);
}

static int unix_socket(const char *name, int serve) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int abstract = name[0] == '@';
  strncpy(address.sun_path, name, sizeof address.sun_path - 1);
  if (abstract) address.sun_path[0] = 0;
  socklen_t length = offsetof(struct sockaddr_un, sun_path) + strlen(name) + !abstract;
  int s = socket(AF_UNIX, SOCK_STREAM, 0);
  if (!serve) return connect(s, (struct sockaddr *)&address, length);
  if (bind(s, (struct sockaddr *)&address, length) < 0 || listen(s, 1) < 0) return -1;
  printf("listening\n");
  fflush(stdout);
  return accept(s, NULL, NULL);
}

static int tcp(const char *host, const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  inet_aton(host, &address.sin_addr);
  return connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address);
}

/* The usual way out of chroot(2): a root below the current directory, and up from there. */
static int leave_chroot(const char *marker) {
  int i;
  mkdir("/tmp/jail", 0755);
  int top = open("/", O_RDONLY | O_DIRECTORY);
  if (chroot("/tmp/jail") < 0 || fchdir(top) < 0) return -1;
  for (i = 0; i < 64; i++) {
    if (chdir("..") < 0) return -1;
  }
  if (chroot(".") < 0) return -1;
  return access(marker, F_OK);
}

/* The way out through a file handle: that of the top of the file system that a mount comes from. */
static int open_handle(const char *mount) {
  union {
    struct file_handle head;
    char space[sizeof(struct file_handle) + 8];
  } handle;
  memset(&handle, 0, sizeof handle);
  handle.head.handle_bytes = 8;
  handle.head.handle_type = 1;
  *(int *)handle.head.f_handle = 2;
  return open_by_handle_at(open(mount, O_RDONLY), &handle.head, O_RDONLY);
}

static int nested(const char *path) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) return -1;
  return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND, NULL);
}

static void forks(int most) {
  int count = 0;
  while (count < most) {
    pid_t child = fork();
    if (child < 0) break;
    if (child == 0) {
      pause();
      _exit(0);
    }
    count++;
  }
  printf("forks %d: %s\n", count, count < most ? "bounded" : "done");
  fflush(stdout);
  signal(SIGTERM, SIG_IGN);
  kill(-1, SIGKILL);
}

/* Writes to a file for as long as it lives, and does not die with its parent. */
static void linger(const char *file) {
  if (fork() != 0) return;
  setsid();
  if (fork() != 0) _exit(0);
  int fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0644);
  int i;
  for (i = 0; i < 1000; i++) {
    if (write(fd, "x", 1) < 0) _exit(1);
    usleep(10000);
  }
  _exit(0);
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  const char *argument = argc > 2 ? argv[2] : "";
  int result = -1;
  errno = 0;
  if (!strcmp(what, "remount")) {
    result = mount(NULL, argument, NULL, MS_REMOUNT | MS_BIND, NULL);
  } else if (!strcmp(what, "unmount")) {
    result = umount2(argument, MNT_DETACH);
  } else if (!strcmp(what, "nested-remount")) {
    result = nested(argument);
  } else if (!strcmp(what, "mount")) {
    mkdir("/tmp/mount", 0755);
    result = mount("none", "/tmp/mount", argument, 0, NULL);
  } else if (!strcmp(what, "write")) {
    result = open(argument, O_WRONLY);
  } else if (!strcmp(what, "create")) {
    result = open(argument, O_WRONLY | O_CREAT, 0644);
  } else if (!strcmp(what, "chmod")) {
    result = chmod(argument, 0666);
  } else if (!strcmp(what, "read")) {
    result = open(argument, O_RDONLY);
  } else if (!strcmp(what, "block-device")) {
    result = mknod(argument, S_IFBLK | 0600, makedev(8, 0));
  } else if (!strcmp(what, "character-device")) {
    result = mknod(argument, S_IFCHR | 0600, makedev(1, 1));
  } else if (!strcmp(what, "leave-chroot")) {
    result = leave_chroot(argument);
  } else if (!strcmp(what, "handle")) {
    result = open_handle(argument);
  } else if (!strcmp(what, "host-name")) {
    result = sethostname(argument, strlen(argument));
  } else if (!strcmp(what, "clock")) {
    struct timeval now;
    gettimeofday(&now, NULL);
    result = settimeofday(&now, NULL);
  } else if (!strcmp(what, "module")) {
    result = syscall(SYS_init_module, "", 0, "");
  } else if (!strcmp(what, "raw-socket")) {
    result = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  } else if (!strcmp(what, "packet-socket")) {
    result = socket(AF_PACKET, SOCK_RAW, 0);
  } else if (!strcmp(what, "trace")) {
    result = ptrace(PTRACE_ATTACH, atoi(argument), NULL, NULL);
  } else if (!strcmp(what, "join")) {
    result = setns(open(argument, O_RDONLY), 0);
  } else if (!strcmp(what, "type")) {
    result = ioctl(atoi(argument), TIOCSTI, "x");
  } else if (!strcmp(what, "kill")) {
    result = kill(atoi(argument), SIGKILL);
  } else if (!strcmp(what, "tcp") && argc > 3) {
    result = tcp(argument, argv[3]);
  } else if (!strcmp(what, "unix")) {
    result = unix_socket(argument, 0);
  } else if (!strcmp(what, "listen")) {
    return unix_socket(argument, 1) < 0;
  } else if (!strcmp(what, "forks")) {
    forks(atoi(argument));
    return 0;
  } else if (!strcmp(what, "linger")) {
    linger(argument);
    return 0;
  } else {
    fprintf(stderr, "unknown attempt %s\n", what);
    return 2;
  }
  told(what, argument, result);
  return 0;
}
