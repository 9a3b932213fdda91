/*
 * The anchor of the `modbus` benchmark: libmodbus as its own documentation uses it, no more and no less.
 *
 *   modbus-anchor server                          one process, one thread, select(); prints its port
 *   modbus-anchor line PORT UNITS CYCLES ...      all units from one thread, one after the other
 *   modbus-anchor threads PORT UNITS CYCLES ...   a thread a unit, a barrier around each cycle
 *
 * After CYCLES come the requests of one unit in one cycle: `wADDRESS:COUNT` writes (function 16),
 * `rADDRESS:COUNT` reads (function 3). Prints the nanoseconds of each cycle, one a line.
 */
#include <errno.h>
#include <modbus.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum { REGISTERS = 65536 - 40000, BASE = 40000, REQUESTS_MAX = 16, UNITS_MAX = 512 };

typedef struct {
    char kind;
    int address;
    int count;
} request_t;

static request_t requests[REQUESTS_MAX];
static int request_count;
static modbus_t *units[UNITS_MAX];
static int unit_count;
static int cycle_count;
static pthread_barrier_t begins, ends;

static void stop(const char *what) {
    fprintf(stderr, "modbus-anchor: %s: %s\n", what, modbus_strerror(errno));
    exit(1);
}

static int64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static void talk(modbus_t *unit, uint16_t seed) {
    uint16_t registers[MODBUS_MAX_READ_REGISTERS];
    for (int i = 0; i < request_count; i++) {
        const request_t *one = &requests[i];
        if (one->kind == 'w') {
            for (int at = 0; at < one->count; at++) registers[at] = seed + at;
            if (modbus_write_registers(unit, one->address, one->count, registers) != one->count) stop("write");
        } else if (modbus_read_registers(unit, one->address, one->count, registers) != one->count) {
            stop("read");
        }
    }
}

static void *thread_of(void *unit) {
    for (int cycle = 0; cycle < cycle_count; cycle++) {
        pthread_barrier_wait(&begins);
        talk(unit, cycle);
        pthread_barrier_wait(&ends);
    }
    return NULL;
}

static void in_line(void) {
    for (int cycle = 0; cycle < cycle_count; cycle++) {
        int64_t began = now_ns();
        for (int i = 0; i < unit_count; i++) talk(units[i], cycle);
        printf("%lld\n", (long long)(now_ns() - began));
    }
}

static void in_threads(void) {
    pthread_t threads[UNITS_MAX];
    pthread_barrier_init(&begins, NULL, unit_count + 1);
    pthread_barrier_init(&ends, NULL, unit_count + 1);
    for (int i = 0; i < unit_count; i++) pthread_create(&threads[i], NULL, thread_of, units[i]);
    for (int cycle = 0; cycle < cycle_count; cycle++) {
        int64_t began = now_ns();
        pthread_barrier_wait(&begins);
        pthread_barrier_wait(&ends);
        printf("%lld\n", (long long)(now_ns() - began));
    }
    for (int i = 0; i < unit_count; i++) pthread_join(threads[i], NULL);
}

static int client(int argc, char **argv) {
    int port = atoi(argv[2]);
    unit_count = atoi(argv[3]);
    cycle_count = atoi(argv[4]);
    for (int i = 5; i < argc && request_count < REQUESTS_MAX; i++, request_count++) {
        request_t *one = &requests[request_count];
        if (sscanf(argv[i], "%c%d:%d", &one->kind, &one->address, &one->count) != 3) stop(argv[i]);
    }
    for (int i = 0; i < unit_count; i++) {
        units[i] = modbus_new_tcp("127.0.0.1", port);
        if (units[i] == NULL || modbus_connect(units[i]) == -1) stop("connect");
        modbus_set_slave(units[i], 1);
        modbus_set_response_timeout(units[i], 5, 0);
    }
    if (strcmp(argv[1], "threads") == 0) in_threads();
    else in_line();
    return 0;
}

static int server(void) {
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *mapping = modbus_mapping_new_start_address(0, 0, 0, 0, BASE, REGISTERS, 0, 0);
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (mapping == NULL || bind(listening, (struct sockaddr *)&address, size) || listen(listening, UNITS_MAX)) stop("listen");
    getsockname(listening, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    fd_set all;
    FD_ZERO(&all);
    FD_SET(listening, &all);
    FD_SET(STDIN_FILENO, &all);
    int highest = listening;
    for (;;) {
        fd_set ready = all;
        if (select(highest + 1, &ready, NULL, NULL, NULL) == -1) stop("select");
        if (FD_ISSET(STDIN_FILENO, &ready)) return 0; /* Whoever started us has gone. */
        for (int fd = 0; fd <= highest; fd++) {
            if (!FD_ISSET(fd, &ready)) continue;
            if (fd == listening) {
                int taken = accept(listening, NULL, NULL);
                int on = 1;
                if (taken < 0 || taken >= FD_SETSIZE) continue;
                setsockopt(taken, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                FD_SET(taken, &all);
                if (taken > highest) highest = taken;
                continue;
            }
            uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
            modbus_set_socket(context, fd);
            int length = modbus_receive(context, query);
            if (length > 0) modbus_reply(context, query, length, mapping);
            else if (length == -1) {
                close(fd);
                FD_CLR(fd, &all);
            }
        }
    }
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "server") == 0) return server();
    if (argc > 5) return client(argc, argv);
    fprintf(stderr, "usage: modbus-anchor server | (line|threads) PORT UNITS CYCLES REQUEST...\n");
    return 2;
}
