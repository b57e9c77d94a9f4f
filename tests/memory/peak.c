/* Says how much memory a process had at most, for tests: loaded with LD_PRELOAD, it copies the system's own count (VmHWM,
 * the highest resident set) to the file PEAK_TO when the program ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((destructor)) static void tell(void) {
    char line[256];
    const char *path = getenv("PEAK_TO");
    FILE *status = fopen("/proc/self/status", "r"), *out = path ? fopen(path, "w") : NULL;
    while (status && out && fgets(line, sizeof line, status))
        if (!strncmp(line, "VmHWM:", 6)) fputs(line, out);
    if (out) fclose(out);
    if (status) fclose(status);
}
