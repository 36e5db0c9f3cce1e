/* Linked into a static gateway with glibc (`cargo xtask package --libc gnu`).
 *
 * A static glibc reads /etc/nsswitch.conf and loads the modules that it names (`resolve`, `mymachines`) from the box's system. Modules of
 * another version of glibc can crash the process. With this lookup host names come from /etc/hosts and DNS, which are part of glibc
 * itself, and nothing is loaded. */
#include <nss.h>

__attribute__((constructor)) static void look_up_hosts_without_modules(void) {
    __nss_configure_lookup("hosts", "files dns");
}
