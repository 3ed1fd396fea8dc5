// SPDX-License-Identifier: Apache-2.0
// A grammar's package on PyPI holds a Python extension module, and that exports one function,
// PyInit__binding. It describes the module in a struct of the stable ABI; a method of the module
// wraps the grammar's address in a capsule. So three functions of Python's suffice, which hand back
// what they are given. Whoever links this must export them (--export-dynamic): the module finds
// them in the program that loads it.
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "CSegstoreTreeSitter.h"

typedef struct {
    const char *name;
    void *(*function)(void *self, void *arguments);
    int flags;
    const char *doc;
} Method;

// As in CPython's moduleobject.h, on a 64-bit machine.
typedef struct {
    ptrdiff_t reference_count;
    void *type;
    void *init;
    ptrdiff_t index;
    void *copy;
    const char *name;
    const char *doc;
    ptrdiff_t size;
    const Method *methods;
} ModuleDefinition;

__attribute__((visibility("default"))) void *PyModuleDef_Init(void *definition) {
    return definition;
}

__attribute__((visibility("default"))) void *PyModule_Create2(void *definition, int version) {
    (void)version;
    return definition;
}

__attribute__((visibility("default"))) void *PyCapsule_New(
    void *pointer, const char *name, void *destructor) {
    (void)name;
    (void)destructor;
    return pointer;
}

const TSLanguage *segstore_grammar_load(
    const char *path, const char *function, const char **error) {
    // Lazy, for of Python's functions only those that are called are here.
    void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) {
        *error = dlerror();
        return NULL;
    }
    void *(*initialize)(void) = (void *(*)(void))dlsym(library, "PyInit__binding");
    if (initialize == NULL) {
        *error = "it is no grammar's Python package";
        return NULL;
    }
    const ModuleDefinition *definition = initialize();
    if (definition == NULL || definition->methods == NULL) {
        *error = "it is no grammar's Python package";
        return NULL;
    }
    for (const Method *method = definition->methods; method->name != NULL; method++) {
        if (strcmp(method->name, function) != 0) continue;
        const TSLanguage *language = method->function(NULL, NULL);
        uint32_t version = ts_language_abi_version(language);
        if (version >= TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION &&
            version <= TREE_SITTER_LANGUAGE_VERSION) {
            return language;
        }
        *error = "its ABI is not one that this tree-sitter reads";
        return NULL;
    }
    *error = "it has no grammar of that name";
    return NULL;
}
